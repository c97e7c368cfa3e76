% SPDX-License-Identifier: MIT
-module(bench_sip).
-export([main/0]).

request() ->
    iolist_to_binary([lists:join(<<"\r\n">>, [
        <<"INVITE sip:bob@example.test SIP/2.0">>,
        <<"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport">>,
        <<"Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKnashds8">>,
        <<"Max-Forwards: 70">>,
        <<"To: Bob <sip:bob@example.test>">>,
        <<"From: Alice <sip:alice@example.test>;tag=1928301774">>,
        <<"Call-ID: a84b4c76e66710@192.0.2.1">>,
        <<"CSeq: 314159 INVITE">>,
        <<"Contact: <sip:alice@192.0.2.1:5060;transport=udp>">>,
        <<"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY">>,
        <<"Supported: replaces, timer">>,
        <<"User-Agent: bench/1.0">>,
        <<"Content-Type: application/sdp">>,
        <<"Content-Length: 0">>]), <<"\r\n\r\n">>]).

lower(Name) -> << <<(if C >= $A, C =< $Z -> C + 32; true -> C end)>> || <<C>> <= Name >>.

trim(<<" ", Rest/binary>>) -> trim(Rest);
trim(Value) -> trim_end(Value, byte_size(Value) - 1).

trim_end(Value, At) when At >= 0 ->
    case binary:at(Value, At) of
        $\s -> trim_end(Value, At - 1);
        _ -> binary:part(Value, 0, At + 1)
    end;
trim_end(_, _) -> <<>>.

fields([<<>> | _], Headers, Vias) -> {Headers, lists:reverse(Vias)};
fields([Row | Rows], Headers, Vias) ->
    [Name, Value] = binary:split(Row, <<":">>),
    case lower(Name) of
        <<"via">> -> fields(Rows, Headers, [trim(Value) | Vias]);
        Lower -> fields(Rows, Headers#{Lower => trim(Value)}, Vias)
    end.

parse(Text) ->
    [First | Rows] = binary:split(Text, <<"\r\n">>, [global]),
    [Method, Uri | _] = binary:split(First, <<" ">>, [global]),
    {Headers, Vias} = fields(Rows, #{}, []),
    {Method, Uri, Headers, Vias}.

param(Value, Name) ->
    case binary:split(Value, <<";", Name/binary, "=">>) of
        [_, Rest] -> hd(binary:split(Rest, <<";">>));
        _ -> <<>>
    end.

answer({_, _, #{<<"to">> := To, <<"from">> := From, <<"call-id">> := Id, <<"cseq">> := Cseq}, Vias}, N) ->
    iolist_to_binary([<<"SIP/2.0 200 OK\r\n">>, [[<<"Via: ">>, V, <<"\r\n">>] || V <- Vias],
                      <<"To: ">>, To, <<";tag=">>, integer_to_binary(N), <<"\r\nFrom: ">>, From,
                      <<"\r\nCall-ID: ">>, Id, <<"\r\nCSeq: ">>, Cseq,
                      <<"\r\nContent-Length: 0\r\n\r\n">>]).

run(60000, _, Sum) -> Sum;
run(I, Request, Sum) ->
    {_, _, Headers, [Via | _]} = M = parse(Request),
    Branch = param(Via, <<"branch">>),
    Tag = param(map_get(<<"from">>, Headers), <<"tag">>),
    Cseq = binary_to_integer(hd(binary:split(map_get(<<"cseq">>, Headers), <<" ">>))),
    Size = byte_size(Branch) + byte_size(Tag) + byte_size(answer(M, I)) + map_size(Headers),
    run(I + 1, Request, (Sum + Cseq + Size) rem 1000003).

main() -> io:format("~p~n", [run(0, request(), 0)]).
