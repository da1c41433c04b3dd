#!/usr/bin/escript
%% SPDX-License-Identifier: BSD-3-Clause
%% Receives notifications by Erlang's SNMP manager: v2c traps, or v3 traps and informs. A line
%% each: KIND NUMBER VARBINDS SUPPRESSED SEQUENCE.
%%
%% It takes informs only of whom it knows by address and port, and snmpd's are from any port:
%% they go to PORT + 1, and come to it from INFORM-PORT.
%%
%% notified.escript PORT v2|v3 USER PASS OWN-ENGINE SENDERS-ENGINE INFORM-PORT BASE FOLDER
-module(notified).
-mode(compile).
-export([main/1, handle_agent/5, handle_trap/3, handle_inform/3, handle_error/3,
	 handle_pdu/4, handle_report/3]).
-behaviour(snmpm_user).

main([PortText, Version, User, Pass, Own, Sender, FromText, Base, Folder]) ->
	Port = list_to_integer(PortText),
	From = list_to_integer(FromText),
	Data = {Version, oid(Base)},
	Database = filename:join(Folder, "db"),
	ok = filelib:ensure_dir(filename:join(Database, "x")),
	file:make_dir(Database),
	write(Folder, "manager.conf",
	      [{address, [127, 0, 0, 1]}, {port, Port},
	       {engine_id, octets(Own)}, {max_message_size, 65507}]),
	write(Folder, "agents.conf", []),
	write(Folder, "users.conf", []),
	%% One authority for traps, the sender, and another for informs: we.
	write(Folder, "usm.conf",
	      [user(octets(Engine), User, Pass) || Engine <- [Own, Sender]]),
	application:set_env(snmp, manager,
			    [{versions, [list_to_atom(Version)]},
			     {config, [{dir, Folder}, {db_dir, Database}, {verbosity, silence}]},
			     {inform_request_behaviour, auto},
			     {net_if, [{options, [{recbuf, 2000000}]}]},
			     {def_user_mod, ?MODULE}, {def_user_data, Data}]),
	{ok, _} = application:ensure_all_started(snmp),
	ok = snmpm:register_user(sender, ?MODULE, Data, []),
	ok = snmpm:register_agent(sender, "sender",
				  [{engine_id, octets(Own)}, {version, list_to_atom(Version)},
				   {max_message_size, 65507},
				   {address, [127, 0, 0, 1]}, {port, From},
				   {sec_model, usm}, {sec_name, User}, {sec_level, authPriv}]),
	Room = [binary, {ip, {127, 0, 0, 1}}, {recbuf, 2000000}],
	Outer = case Version of
		"v3" -> {ok, Socket} = gen_udp:open(Port + 1, Room), Socket;
		_ -> none
	end,
	{ok, Inner} = gen_udp:open(case Version of "v3" -> From; _ -> 0 end, Room),
	say("ready", []),
	relay(Outer, Inner, Port, none).

relay(Outer, Inner, Port, Asker) ->
	receive
		{udp, Outer, Address, From, Packet} ->
			gen_udp:send(Inner, {127, 0, 0, 1}, Port, Packet),
			relay(Outer, Inner, Port, {Address, From});
		{udp, Inner, _, _, Packet} ->
			{Address, From} = Asker,
			gen_udp:send(Outer, Address, From, Packet),
			relay(Outer, Inner, Port, Asker)
	end.

write(Folder, Name, Terms) ->
	ok = file:write_file(filename:join(Folder, Name), [io_lib:format("~p.~n", [T]) || T <- Terms]).

octets([]) -> [];
octets([A, B | Rest]) -> [list_to_integer([A, B], 16) | octets(Rest)].

oid(Text) -> [list_to_integer(Part) || Part <- string:tokens(Text, ".")].

user(Engine, User, Pass) ->
	Key = snmp:passwd2localized_key(sha256, Pass, Engine),
	{Engine, User, User, usmHMAC192SHA256AuthProtocol, Key,
	 usmAesCfb128Protocol, lists:sublist(Key, 16)}.

say(Format, Values) -> io:format(Format ++ "~n", Values).

take(Type, {_, _, Varbinds}, {Version, Base}) ->
	Value = fun(Oid) -> element(4, lists:keyfind(Oid, 2, Varbinds)) end,
	Which = Value([1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0]),
	case lists:prefix(Base, Which) of
		true ->
			Kind = case Version of "v2" -> "v2c"; _ -> Version end,
			say("~s-~s ~w ~w ~w ~w",
			    [Kind, Type, lists:last(Which), length(Varbinds),
			     Value(Base ++ [1, 1, 12, 0]), Value(Base ++ [1, 11, 1, 0])]);
		false ->
			ok
	end;
take(_, _, _) -> ok.

%% Whoever sends has a new port each time, and so is nobody that we know.
handle_agent(_, Type, Info, Data) -> take(Type, Info, Data), ignore.
handle_agent(_, _, Type, Info, Data) -> handle_agent(any, Type, Info, Data).
handle_trap(_, Info, Data) -> take(trap, Info, Data), ignore.
handle_inform(_, Info, Data) -> take(inform, Info, Data), ignore.
handle_error(_, _, _) -> ignore.
handle_pdu(_, _, _, _) -> ignore.
handle_report(_, _, _) -> ignore.
