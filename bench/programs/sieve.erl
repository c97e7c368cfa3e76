% SPDX-License-Identifier: MIT
% The only memory that can be written by index is an array of atomic words.
-module(bench_sieve).
-export([main/0]).

strike(_, J, N, _) when J >= N -> ok;
strike(Out, J, N, I) ->
    atomics:put(Out, J, 1),
    strike(Out, J + I, N, I).

sieve(_, N, N, Count, Sum) -> {Count, Sum};
sieve(Out, I, N, Count, Sum) ->
    case atomics:get(Out, I) of
        0 ->
            strike(Out, I * I, N, I),
            sieve(Out, I + 1, N, Count + 1, (Sum + I) rem 1000003);
        _ -> sieve(Out, I + 1, N, Count, Sum)
    end.

main() ->
    N = 5000000,
    {Count, Sum} = sieve(atomics:new(N, []), 2, N, 0, 0),
    io:format("~p ~p~n", [Count, Sum]).
