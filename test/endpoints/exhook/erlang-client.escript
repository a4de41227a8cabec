#!/usr/bin/env escript
%% -*- erlang -*-
%%! +S 1:1
%% EMQX's side of ExHook in EMQX's own language, on the HTTP/2 client under EMQX's: gun and cowlib, found by ERL_LIBS. One
%% connection; calls are begun as their lines come in and answered in whatever order the server does it.
%%
%%   erlang-client.escript tcp|tls PORT [CA CERTIFICATE KEY]
%%
%% Input:   NAME PATH MESSAGE-TYPE HEX     begins a call with these bytes of a message
%%          -                              waits until all calls so far have ended
%% Output:  up                             the connection can be used
%%          NAME GRPC-STATUS HEX           what a call came to; HEX is `-` where there was no message
%%          down REASON                    the connection was lost, or was never there

-define(PATIENCE, 15000).

main([Transport, Port | Files]) ->
    {ok, _} = application:ensure_all_started(gun),
    {ok, Connection} = gun:open("127.0.0.1", list_to_integer(Port), options(Transport, Files)),
    _ = monitor(process, Connection),
    case gun:await_up(Connection, ?PATIENCE) of
        {ok, http2} ->
            io:format("up~n"),
            read_lines(Connection, #{});
        {ok, Other} ->
            %% What gun makes of a connection that was closed before it could ask for the protocol, too.
            down({not_http2, Other});
        {error, Reason} ->
            down(Reason)
    end.

options("tcp", []) ->
    #{transport => tcp, protocols => [http2], retry => 0};
options("tls", [Ca, Certificate, Key]) ->
    Verified = [{verify, verify_peer}, {cacertfile, Ca}, {server_name_indication, "localhost"}],
    #{
        transport => tls,
        protocols => [http2],
        retry => 0,
        transport_opts => [{certfile, Certificate}, {keyfile, Key} | Verified]
    }.

read_lines(Connection, Calls) ->
    case io:get_line("") of
        eof -> gun:close(finish(Connection, Calls));
        "-" ++ _ -> read_lines(finish(Connection, Calls), #{});
        Line -> read_lines(Connection, begin_call(Connection, string:lexemes(Line, " \n"), Calls))
    end.

begin_call(Connection, [Name, Path, Type | Rest], Calls) ->
    Message = binary:decode_hex(list_to_binary(Rest)),
    Headers = [
        {<<"content-type">>, <<"application/grpc+proto">>},
        {<<"user-agent">>, <<"grpc-erlang/0.1.0">>},
        {<<"grpc-encoding">>, <<"identity">>},
        {<<"te">>, <<"trailers">>},
        {<<"grpc-message-type">>, list_to_binary(Type)},
        {<<"grpc-timeout">>, <<"5S">>}
    ],
    Stream = gun:post(Connection, Path, Headers),
    ok = gun:data(Connection, Stream, fin, [<<0, (byte_size(Message)):32>>, Message]),
    Calls#{Stream => {Name, <<>>}}.

finish(Connection, Calls) when map_size(Calls) =:= 0 ->
    Connection;
finish(Connection, Calls) ->
    receive
        {gun_response, Connection, Stream, fin, _, Headers} ->
            finish(Connection, ended(Stream, Headers, Calls));
        {gun_response, Connection, _, nofin, 200, _} ->
            finish(Connection, Calls);
        {gun_data, Connection, Stream, nofin, Data} ->
            #{Stream := {Name, Before}} = Calls,
            finish(Connection, Calls#{Stream := {Name, <<Before/binary, Data/binary>>}});
        {gun_trailers, Connection, Stream, Trailers} ->
            finish(Connection, ended(Stream, Trailers, Calls));
        {gun_error, Connection, Stream, Reason} ->
            finish(Connection, ended(Stream, [{<<"grpc-status">>, printed(Reason)}], Calls));
        {gun_down, Connection, _, Reason, _, _} ->
            down(Reason);
        {'DOWN', _, process, Connection, Reason} ->
            down(Reason)
    after ?PATIENCE ->
        down(timeout)
    end.

ended(Stream, Trailers, Calls) ->
    {{Name, Body}, Rest} = maps:take(Stream, Calls),
    Status = proplists:get_value(<<"grpc-status">>, Trailers, <<"none">>),
    io:format("~s ~s ~s~n", [Name, Status, message(Body)]),
    Rest.

%% One message without compression, or what there was, marked.
message(<<>>) -> "-";
message(<<0, Size:32, Message:Size/binary>>) -> ["0x", string:lowercase(binary:encode_hex(Message))];
message(Other) -> ["malformed:", binary:encode_hex(Other)].

down(Reason) ->
    io:format("down ~s~n", [printed(Reason)]),
    halt(1).

printed(Reason) ->
    string:replace(io_lib:format("~0p", [Reason]), " ", "_", all).
