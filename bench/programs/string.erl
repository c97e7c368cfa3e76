% SPDX-License-Identifier: MIT
-module(bench_string).
-export([main/0]).

piece(I) ->
    <<"k", (integer_to_binary(I))/binary, "=", (integer_to_binary(I * 7 rem 1000))/binary, ";">>.

sample(_, 1000, Sum) -> Sum;
sample(Text, I, Sum) -> sample(Text, I + 1, (Sum * 31 + binary:at(Text, I * 997)) rem 1000003).

grow(0, Text) -> Text;
grow(N, Text) -> grow(N - 1, <<Text/binary, "ab">>).

main() ->
    Text = iolist_to_binary([piece(I) || I <- lists:seq(0, 999999)]),
    Grown = grow(2000, <<>>),
    io:format("~p ~p ~p~n", [byte_size(Text), sample(Text, 0, 0), byte_size(Grown)]).
