% SPDX-License-Identifier: MIT
% Processes share nothing: messages are copied.
-module(bench_threads).
-export([main/0]).

free(To, To, S) -> S;
free(I, To, S) -> free(I + 1, To, (S + I * 31 rem 1009) rem 1000003).

filled(1000, _, D) -> D;
filled(I, Round, D) ->
    filled(I + 1, Round, D#{<<"key", (integer_to_binary((Round + I) rem 1500))/binary>> => I}).

alloc(To, To, S) -> S;
alloc(Round, To, S) ->
    D = filled(0, Round, #{}),
    Text = iolist_to_binary(lists:join(<<",">>, maps:keys(D))),
    alloc(Round + 1, To, (S + byte_size(Text) + map_size(D)) rem 1000003).

share_out(Work, Total, N) ->
    Self = self(),
    [spawn_link(fun() -> Self ! {sum, Work(Total * I div N, Total * (I + 1) div N, 0)} end)
     || I <- lists:seq(0, N - 1)],
    lists:sum([receive {sum, S} -> S end || _ <- lists:seq(1, N)]) rem 1000003.

send(_, N, N) -> ok;
send(To, I, N) ->
    To ! I,
    send(To, I + 1, N).

recv(0, Sum) -> Sum;
recv(Left, Sum) -> receive V -> recv(Left - 1, (Sum + V) rem 1000003) end.

stream(N) ->
    Self = self(),
    spawn_link(fun() -> send(Self, 0, N) end),
    recv(N, 0).

main() ->
    [Kind, Text] = init:get_plain_arguments(),
    N = list_to_integer(Text),
    case Kind of
        "free" -> io:format("~p~n", [share_out(fun free/3, 100000000, N)]);
        "alloc" -> io:format("~p~n", [share_out(fun alloc/3, 5000, N)]);
        "stream" -> io:format("~p~n", [stream(N)])
    end.
