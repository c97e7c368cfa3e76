% SPDX-License-Identifier: MIT
% Nothing can be changed here: a counter gives its number and the next counter.
-module(bench_closure).
-export([main/0]).

counter(N) ->
    fun(By) ->
        M = (N + By) rem 1000003,
        {M, counter(M)}
    end.

compose(F, G) -> fun(X) -> F(G(X)) end.

calls(10, _, Sum) -> Sum;
calls(J, C, Sum) ->
    {M, D} = C(J),
    calls(J + 1, D, (Sum + M) rem 1000003).

counters(1000000, Sum) -> Sum;
counters(I, Sum) -> counters(I + 1, calls(0, counter(I), Sum)).

chain(0, _, X) -> X;
chain(N, F, X) -> chain(N - 1, F, F(X) rem 1000003).

main() ->
    Inc = fun(X) -> X + 1 end,
    F = compose(Inc, compose(Inc, Inc)),
    io:format("~p~n", [counters(0, 0) + chain(2000000, F, 0)]).
