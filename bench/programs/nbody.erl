% SPDX-License-Identifier: MIT
-module(bench_nbody).
-export([main/0]).

% A body against those behind it: itself, and them in order, with their new speeds.
pairs({X, Y, Z, VX, VY, VZ, M}, [], Done, _) -> {{X, Y, Z, VX, VY, VZ, M}, lists:reverse(Done)};
pairs({X, Y, Z, VX, VY, VZ, M}, [{BX, BY, BZ, BVX, BVY, BVZ, BM} | Rest], Done, Dt)
  when is_float(X), is_float(Y), is_float(Z), is_float(BX), is_float(BY), is_float(BZ) ->
    DX = X - BX,
    DY = Y - BY,
    DZ = Z - BZ,
    D2 = DX * DX + DY * DY + DZ * DZ,
    Mag = Dt / (D2 * math:sqrt(D2)),
    MB = BM * Mag,
    MA = M * Mag,
    B = {BX, BY, BZ, BVX + DX * MA, BVY + DY * MA, BVZ + DZ * MA, BM},
    pairs({X, Y, Z, VX - DX * MB, VY - DY * MB, VZ - DZ * MB, M}, Rest, [B | Done], Dt).

advance([], _) -> [];
advance([A | Rest], Dt) ->
    {{X, Y, Z, VX, VY, VZ, M}, Others} = pairs(A, Rest, [], Dt),
    [{X + Dt * VX, Y + Dt * VY, Z + Dt * VZ, VX, VY, VZ, M} | advance(Others, Dt)].

steps(0, Bodies) -> Bodies;
steps(N, Bodies) -> steps(N - 1, advance(Bodies, 0.01)).

between(_, [], E) -> E;
between({X, Y, Z, _, _, _, M} = A, [{BX, BY, BZ, _, _, _, BM} | Rest], E) ->
    DX = X - BX,
    DY = Y - BY,
    DZ = Z - BZ,
    between(A, Rest, E - M * BM / math:sqrt(DX * DX + DY * DY + DZ * DZ)).

energy([], E) -> E;
energy([{_, _, _, VX, VY, VZ, M} = A | Rest], E) ->
    energy(Rest, between(A, Rest, E + 0.5 * M * (VX * VX + VY * VY + VZ * VZ))).

main() ->
    Bodies = [
        {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743},
        {4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.6063263929958321,
         2.81198684491626, -0.02521836165988763, 0.03769367487038949},
        {8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924,
         1.8256623712304119, 0.008415761376584154, 0.011286326131968767},
        {12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354,
         0.8687130181696082, -0.010832637401363636, 0.0017237240570597112},
        {15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898,
         0.5946989986476762, -0.034755955550407186, 0.0020336868699246304}
    ],
    io:format("~p~n", [floor(energy(steps(400000, Bodies), 0.0) * 1000000000.0)]).
