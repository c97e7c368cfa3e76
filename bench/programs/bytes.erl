% SPDX-License-Identifier: MIT
% Binaries are never changed: a header is taken apart and a new one is made, a hundred in a list.
-module(bench_bytes).
-export([main/0]).

header(I) -> <<128, (I rem 128), (I * 7):16, (I * 100000):32, (3735928559 - I):32>>.

turn([], Done, Sum) -> {lists:reverse(Done), Sum};
turn([<<Version:2, _:7, Pt:7, Seq:16, Ts:32, Ssrc:32>> = H | Hs], Done, Sum) ->
    <<First:16, _/binary>> = H,
    New = <<First:16, (Seq + 1):16, (Ts + 160):32, Ssrc:32>>,
    turn(Hs, [New | Done], (Sum + Version + Pt + Seq + Ts + Ssrc) rem 1000003).

turns(0, _, Sum) -> Sum;
turns(N, Hs, Sum) ->
    {Next, Sum2} = turn(Hs, [], Sum),
    turns(N - 1, Next, Sum2).

main() -> io:format("~p~n", [turns(50000, [header(I) || I <- lists:seq(0, 99)], 0)]).
