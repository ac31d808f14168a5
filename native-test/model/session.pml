/* The session of an MQTT client with a journal, and its broker: one message each way, of QoS 1 or 2, over connections that
 * are cut, with a process that is killed and a broker that forgets. What the client's sources do with tables and buffers is
 * here in one page; native-test/model/README.md says how the two are kept together.
 *
 *   spin -search -ltl once session.pml            a property
 *   spin -DTRACES ...                             accepts what the explorer saw the client do: traces.pml
 */
mtype = { nothing,                                          /* no message, and no event */
  queued, published, released, ended,                       /* the client's outgoing message */
  owed, sent, received, gone,                               /* the broker's; `gone`: done with, or forgotten */
  put_r, sent_r, released_r, requeued_r, removed_r,         /* journal records of the outgoing message */
  received_r, done_r, forgot_r, barrier_r,                  /* and of the incoming one */
  connect, connack0, connack1, publish, again, puback, pubrec, pubrel, pubcomp,  /* packets; `again`: PUBLISH with DUP */
  /* what a trace is made of: */
  accept, durable, kill, start, open, cut, forget, close, reset,
  w_connect, w_publish, w_again, w_puback, w_pubrec, w_pubrel, w_pubcomp,        /* leaves the client */
  b_connect, b_publish, b_again, b_puback, b_pubrec, b_pubrel, b_pubcomp,        /* arrives at the broker */
  c_connack0, c_connack1, c_publish, c_again, c_puback, c_pubrec, c_pubrel, c_pubcomp }  /* and at the client */

/* With traces an event happens when it is the next one; without, when it can. */
mtype next = nothing;
#ifdef TRACES
#define ON(event) next == event
#define DONE next = nothing
#define MAY(count) true
#else
#define ON(event) true
#define DONE skip
#define MAY(count) count > 0
#endif

byte out_qos = 0, in_qos = 0;                               /* 1 or 2: each of the four is tried */
byte kills = KILLS, cuts = CUTS, forgets = FORGETS;          /* that may still happen */

/* the process: lost when it is killed */
bool running = true;
mtype message = nothing;                                    /* nothing, queued, published, released, ended */
bool held = false;                                          /* the id of the incoming QoS 2 message */
bool session = false;                                       /* CONNACK has come */
byte made = 0, kept = 0;                                    /* records: all, and those that are durable */
chan journal = [10] of { mtype };                           /* under way to the store */
chan output = [8] of { mtype, byte };                       /* packets, and how many records have to be durable first */
byte gate = 0;                                              /* that of the first packet */

/* the store */
mtype stored = nothing;
bool stored_held = false;
byte deliveries = 0;                                        /* of the incoming message, in the application's store */

/* the network */
bool link = false;                                          /* as the client sees it */
bool heard = false;                                         /* as the broker sees it */
chan up = [8] of { mtype };
chan down = [8] of { mtype };

/* the broker */
bool kept_session = false, connected = false, holds = false;
mtype theirs = nothing;                                     /* nothing, owed, sent, received, gone */
byte arrived = 0;                                           /* our message, at those who subscribed to it */

/* ghosts, for the properties */
bool on_wire = false, answered = false, failed = false, has_forgotten = false;

inline record(what) { journal ! what; made++ }
inline send(what) { if :: empty(output) -> gate = made :: nempty(output) fi; output ! what, made }
inline answer(what) { if :: link -> down ! what :: else fi }
inline clear(row) { do :: row ? _ :: len(row) == 0 -> break od }
inline drop_output() { do :: output ? _, _ :: len(output) == 0 -> break od }
inline publish_it() { record(sent_r); message = published; send(publish) }
inline hang_up() { link = false; session = false; drop_output(); clear(down) }

inline choose_qos() { select(out_qos : 1 .. 2); select(in_qos : 1 .. 2) }

active proctype client() {
  mtype packet, what;
  atomic { choose_qos() };
  do
  /* the application */
  :: atomic { ON(accept) && running && message == nothing -> DONE;
       record(put_r); message = queued;
       if :: session -> publish_it() :: else fi }

  /* what arrives */
  :: atomic { link && down ? [connack0] && ON(c_connack0) -> DONE; down ? connack0; session = true;
       if :: held -> held = false; record(forgot_r) :: else fi;
       if :: message == published -> record(requeued_r); message = queued       /* sent anew, DUP 0 */
          :: message == released -> record(removed_r); message = ended; failed = true
          :: else fi;
       if :: message == queued -> publish_it() :: else fi }
  :: atomic { link && down ? [connack1] && ON(c_connack1) -> DONE; down ? connack1; session = true;
       if :: message == released -> send(pubrel)
          :: message == published -> send(again)
          :: message == queued -> publish_it()
          :: else fi }
  :: atomic { link && down ? [publish] && ON(c_publish) -> DONE; down ? publish;
       if :: in_qos == 1 -> record(barrier_r); send(puback)
          :: in_qos == 2 && !held -> held = true; record(received_r); send(pubrec)
          :: else -> send(pubrec) fi }
  :: atomic { link && down ? [again] && ON(c_again) -> DONE; down ? again;
       if :: in_qos == 1 -> record(barrier_r); send(puback)
          :: in_qos == 2 && !held -> held = true; record(received_r); send(pubrec)
          :: else -> send(pubrec) fi }
  :: atomic { link && down ? [puback] && ON(c_puback) -> DONE; down ? puback;
       if :: message == published && out_qos == 1 -> record(removed_r); message = ended :: else fi }
  :: atomic { link && down ? [pubrec] && ON(c_pubrec) -> DONE; down ? pubrec;
       if :: message == published -> record(released_r); message = released :: else fi;
       send(pubrel) }
  :: atomic { link && down ? [pubcomp] && ON(c_pubcomp) -> DONE; down ? pubcomp;
       if :: message == released -> record(removed_r); message = ended :: else fi }
  :: atomic { link && down ? [pubrel] && ON(c_pubrel) -> DONE; down ? pubrel;
       if :: held -> held = false; record(done_r) :: else fi;
       send(pubcomp) }

  /* write ahead: a packet leaves when the records before it are durable */
  :: atomic { link && (gate <= kept || BROKEN) &&
       ((ON(w_connect) && output ? [connect, _]) || (ON(w_publish) && output ? [publish, _]) ||
        (ON(w_again) && output ? [again, _]) || (ON(w_puback) && output ? [puback, _]) ||
        (ON(w_pubrec) && output ? [pubrec, _]) || (ON(w_pubrel) && output ? [pubrel, _]) ||
        (ON(w_pubcomp) && output ? [pubcomp, _])) -> DONE;
       output ? packet, _;
       if :: nempty(output) -> output ? <what, gate> :: empty(output) fi;
       if :: packet == publish || packet == again -> on_wire = true :: else fi;
       if :: packet == puback || packet == pubrec -> answered = true :: else fi;
       if :: heard -> up ! packet :: else fi }

  /* the store */
  :: atomic { running && journal ? [what] && ON(durable) -> DONE; journal ? what; kept++;
       if :: what == put_r || what == requeued_r -> stored = queued
          :: what == sent_r -> stored = published
          :: what == released_r -> stored = released
          :: what == removed_r -> stored = ended
          :: what == received_r -> stored_held = true; deliveries++
          :: what == barrier_r -> deliveries++
          :: what == done_r || what == forgot_r -> stored_held = false fi }

  /* the process */
  :: atomic { ON(kill) && running && MAY(kills) -> DONE; if :: kills > 0 -> kills-- :: else fi;
       running = false; hang_up(); clear(journal); made = 0; kept = 0 }
  :: atomic { ON(start) && !running -> DONE;
       running = true; message = stored; held = stored_held; on_wire = false }
  :: atomic { ON(open) && running && !link -> DONE;
       clear(up); clear(down); link = true; heard = true; connected = false; send(connect) }
  :: atomic { ON(cut) && (link || heard) && (MAY(cuts) || !heard) -> DONE;
       if :: heard && cuts > 0 -> cuts-- :: else fi;
       clear(up); hang_up(); heard = false; connected = false }
#ifdef TRACES
  :: atomic { ON(reset) -> running = true; message = nothing; held = false; made = 0; kept = 0; clear(journal); hang_up();
       clear(up); stored = nothing; stored_held = false; deliveries = 0; heard = false; kept_session = false; connected = false;
       holds = false; theirs = nothing; arrived = 0; on_wire = false; answered = false; failed = false;
       has_forgotten = false; choose_qos(); DONE }
#endif
  od
}

active proctype broker() {
  do
  :: atomic { heard && up ? [connect] && ON(b_connect) -> DONE; up ? connect; connected = true;
       if :: kept_session -> answer(connack1);
              if :: theirs == owed -> theirs = sent; answer(publish)
                 :: theirs == sent -> answer(again)
                 :: theirs == received -> answer(pubrel)
                 :: else fi
          :: else -> kept_session = true; answer(connack0) fi }
  :: atomic { heard && up ? [publish] && ON(b_publish) -> DONE; up ? publish;
       if :: out_qos == 1 -> arrived++; answer(puback)
          :: out_qos == 2 && !holds -> holds = true; arrived++; answer(pubrec)
          :: else -> answer(pubrec) fi }
  :: atomic { heard && up ? [again] && ON(b_again) -> DONE; up ? again;
       if :: out_qos == 1 -> arrived++; answer(puback)
          :: out_qos == 2 && !holds -> holds = true; arrived++; answer(pubrec)
          :: else -> answer(pubrec) fi }
  :: atomic { heard && up ? [pubrel] && ON(b_pubrel) -> DONE; up ? pubrel; holds = false; answer(pubcomp) }
  :: atomic { heard && up ? [puback] && ON(b_puback) -> DONE; up ? puback; theirs = gone }
  :: atomic { heard && up ? [pubrec] && ON(b_pubrec) -> DONE; up ? pubrec;
       if :: theirs == sent -> theirs = received :: else fi;
       answer(pubrel) }
  :: atomic { heard && up ? [pubcomp] && ON(b_pubcomp) -> DONE; up ? pubcomp; theirs = gone }

  /* somebody publishes what the client has subscribed to: not in a trace, it may happen at any time */
  :: atomic { kept_session && theirs == nothing ->
       if :: connected -> theirs = sent; answer(publish) :: else -> theirs = owed fi }
  :: atomic { connected && !link && len(up) == 0 -> connected = false; heard = false }

  :: atomic { ON(forget) && kept_session && MAY(forgets) -> DONE; if :: forgets > 0 -> forgets-- :: else fi;
       has_forgotten = true; kept_session = false; holds = false; connected = false; heard = false; clear(up);
       if :: theirs != nothing -> theirs = gone :: else fi }
#ifdef TRACES
  :: atomic { ON(close) -> DONE; connected = false; heard = false; clear(up) }
#endif
  od
}

#ifdef TRACES
/* A trace asks for one event after the other. What may happen without one is the model's own choice. */
#define EVENT(event) next = event; next == nothing;
bool accepted = false;
#include "traces.pml"
ltl rejected { [] !accepted }
#else
/* Exactly once, when the broker does not forget. */
ltl once { [] (has_forgotten || out_qos != 2 || arrived <= 1) }
ltl delivered_once { [] (has_forgotten || in_qos != 2 || deliveries <= 1) }
/* Nothing is on the wire that a crash could make us forget; nothing is acknowledged that the application has not stored. */
ltl write_ahead { [] (!on_wire || stored != nothing) }
ltl stored_first { [] (!answered || deliveries > 0) }
/* What ended without a failure has arrived. */
ltl not_lost { [] (has_forgotten || stored != ended || failed || arrived > 0) }
/* Every message ends. */
ltl ends { <> (message == ended && stored == ended) }
ltl all_delivered { [] ((theirs == owed || theirs == sent) -> <> (deliveries > 0 || has_forgotten)) }
#endif
