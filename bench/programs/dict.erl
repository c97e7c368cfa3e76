% SPDX-License-Identifier: MIT
-module(bench_dict).
-export([main/0]).

count(0, _, D) -> D;
count(N, X, D) ->
    Y = X * 16807 rem 2147483647,
    K = Y rem 700001 * 1009,
    count(N - 1, Y, D#{K => maps:get(K, D, 0) + 1}).

most(700001, _, Most) -> Most;
most(I, D, Most) -> most(I + 1, D, max(Most, maps:get(I * 1009, D, 0))).

user(I) -> <<"user", (integer_to_binary(I))/binary>>.

users(300000, S) -> S;
users(I, S) -> users(I + 1, S#{user(I rem 50000) => I}).

sum(50000, _, Sum) -> Sum;
sum(I, S, Sum) -> sum(I + 1, S, (Sum + map_get(user(I), S)) rem 1000003).

main() ->
    D = count(1000000, 42, #{}),
    Most = most(0, D, 0),
    io:format("~p ~p ~p~n", [map_size(D), Most, sum(0, users(0, #{}), 0)]).
