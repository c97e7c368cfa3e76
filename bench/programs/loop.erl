% SPDX-License-Identifier: MIT
-module(bench_loop).
-export([main/0]).

counted(20000000, S) -> S;
counted(I, S) -> counted(I + 1, (S + I * 3) rem 1000003).

conditional(5000000, X) -> X;
conditional(N, X) when X rem 2 =:= 0 -> conditional(N + 1, (X + N) rem 1000003);
conditional(N, X) -> conditional(N + 1, (X * 3 + 1) rem 1000003).

main() -> io:format("~p~n", [counted(0, 0) + conditional(0, 1)]).
