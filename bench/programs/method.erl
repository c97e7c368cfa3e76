% SPDX-License-Identifier: MIT
% No objects here: a tagged value, and a clause for each kind of it.
-module(bench_method).
-export([main/0]).

add({counter, N}, By) -> {counter, (N + By) rem 1000003};
add({skipper, N}, By) -> {skipper, (N + By * 2) rem 1000003}.

value({_, N}) -> N.

run(4000000, _, _, Sum) -> Sum;
run(I, A, B, Sum) ->
    A2 = add(A, I),
    B2 = add(B, I),
    run(I + 1, A2, B2, (Sum + value(A2) + value(B2)) rem 1000003).

main() -> io:format("~p~n", [run(0, {counter, 1}, {skipper, 2}, 0)]).
