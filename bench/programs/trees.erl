% SPDX-License-Identifier: MIT
-module(bench_trees).
-export([main/0]).

build(0) -> {nil, nil};
build(Depth) -> {build(Depth - 1), build(Depth - 1)}.

count({nil, _}) -> 1;
count({Left, Right}) -> 1 + count(Left) + count(Right).

rounds(0, _, Sum) -> Sum;
rounds(N, Depth, Sum) -> rounds(N - 1, Depth, (Sum + count(build(Depth))) rem 1000003).

depths(Depth, Sum) when Depth > 16 -> Sum;
depths(Depth, Sum) -> depths(Depth + 4, rounds(1 bsl (16 - Depth + 2), Depth, Sum)).

main() ->
    Kept = build(16),
    io:format("~p ~p~n", [depths(4, 0), count(Kept)]).
