%% SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
%% Rings of processes, each with a token that goes round; a line of JSON tells how many there are.
-module(rings).
-export([start/1]).

-define(RINGS, 100).

start([Count]) ->
    Length = list_to_integer(Count) div ?RINGS,
    [ring(Length) || _ <- lists:seq(1, ?RINGS)],
    io:format("{\"pids\":[~s],\"tasks\":~b,\"schedulers\":~b}~n",
              [os:getpid(), erlang:system_info(process_count),
               erlang:system_info(schedulers_online)]),
    receive stop -> ok end.

ring(Length) ->
    First = spawn(fun() -> receive {next, Pid} -> pass(Pid) end end),
    Last = lists:foldl(fun(_, Next) -> spawn(fun() -> pass(Next) end) end, First,
                       lists:seq(2, Length)),
    First ! {next, Last},
    First ! token.

pass(Next) ->
    receive token -> Next ! token end,
    pass(Next).
