% SPDX-License-Identifier: MIT
-module(bench_split).
-export([main/0]).

words_in(0, _) -> [];
words_in(N, X) ->
    Y = X * 16807 rem 2147483647,
    [<<"w", (integer_to_binary(Y rem 5000))/binary>> | words_in(N - 1, Y)].

joined(Words, Sep) -> iolist_to_binary(lists:join(Sep, Words)).

size_of([], Size) -> Size;
size_of([W | Ws], Size) -> size_of(Ws, Size + byte_size(W)).

rounds(6, Text, Count, Size) -> {Count, Size, byte_size(Text)};
rounds(Round, Text, Count, Size) ->
    Ws = binary:split(Text, <<" ">>, [global]),
    Sep = case Round rem 2 of 0 -> <<",">>; 1 -> <<" ">> end,
    Next = binary:replace(joined(Ws, Sep), <<",">>, <<" ">>, [global]),
    rounds(Round + 1, Next, Count + length(Ws), size_of(Ws, Size)).

main() ->
    {Count, Size, Len} = rounds(0, joined(words_in(300000, 42), <<" ">>), 0, 0),
    io:format("~p ~p ~p~n", [Count, Size, Len]).
