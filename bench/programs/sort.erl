% SPDX-License-Identifier: MIT
-module(bench_sort).
-export([main/0]).

numbers(0, _) -> [];
numbers(N, X) ->
    Y = X * 16807 rem 2147483647,
    [Y | numbers(N - 1, Y)].

sum([], _, Sum) -> Sum;
sum([Y | Ys], I, Sum) when I rem 1000 =:= 0 -> sum(Ys, I + 1, (Sum * 31 + Y) rem 1000003);
sum([_ | Ys], I, Sum) -> sum(Ys, I + 1, Sum).

main() ->
    Ys = lists:sort(fun(A, B) -> A =< B end, numbers(1000000, 42)),
    io:format("~p~n", [sum(Ys, 0, 0)]).
