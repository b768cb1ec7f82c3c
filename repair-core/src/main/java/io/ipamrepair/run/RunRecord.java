package io.ipamrepair.run;

import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.undo.RecordedRun;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The key in etcd that says how far a run got and who holds it. Every step compares it by revision
 * <em>and</em> value and rewrites it in its own transaction, so that it says for certain which
 * steps were applied, and so that whoever rewrites it first decides whether a step in flight can
 * still commit (design, section 4).
 *
 * @param run the run's ID
 * @param digest the plan's digest
 * @param steps how many steps the plan has
 * @param done how many of them are in etcd
 * @param state what the run is doing
 * @param holder who holds it, {@code user@host}
 * @param token a random number of the process that holds it
 * @param head the journal's last hash when this was written, in hexadecimal
 * @param lockedDatastore the revision at which the run set Calico's lock on the datastore, which it
 *     has not taken back; 0 in the very write that set it; nothing when it did not
 * @param approval what a policy allowed it on, in words; empty where none asked for anything
 */
record RunRecord(
    String run,
    String digest,
    int steps,
    int done,
    State state,
    String holder,
    String token,
    String head,
    OptionalLong lockedDatastore,
    String approval) {
  /** A record of a run that has not locked the datastore. */
  RunRecord(
      String run,
      String digest,
      int steps,
      int done,
      State state,
      String holder,
      String token,
      String head) {
    this(run, digest, steps, done, state, holder, token, head, OptionalLong.empty(), "");
  }

  /** What a run is doing. */
  enum State {
    /** It goes on. */
    OPEN("open"),
    /** The step after {@code done} was given up: it can never commit. */
    GIVEN_UP("given-up"),
    /** It ended. */
    CLOSED("closed");

    private final String text;

    State(String text) {
      this.text = text;
    }
  }

  private RunRecord with(
      int newDone, State newState, String newHolder, String newToken, String newHead) {
    return new RunRecord(
        run,
        digest,
        steps,
        newDone,
        newState,
        newHolder,
        newToken,
        newHead,
        lockedDatastore,
        approval);
  }

  private RunRecord with(OptionalLong newLock) {
    return new RunRecord(run, digest, steps, done, state, holder, token, head, newLock, approval);
  }

  /** The same, with what a policy allowed it on. */
  RunRecord allowedOn(String words) {
    return new RunRecord(
        run, digest, steps, done, state, holder, token, head, lockedDatastore, words);
  }

  RunRecord withDone(int newDone, String journalHead) {
    return with(newDone, State.OPEN, holder, token, journalHead);
  }

  RunRecord withState(State changed, String journalHead) {
    return with(done, changed, holder, token, journalHead);
  }

  /** Given up, and somebody else's. */
  RunRecord givenUpTo(String newHolder, String newToken) {
    return with(done, State.GIVEN_UP, newHolder, newToken, head);
  }

  /** Open again, and somebody else's. */
  RunRecord resumedBy(String newHolder, String newToken, String journalHead) {
    return with(done, State.OPEN, newHolder, newToken, journalHead);
  }

  /** The same, written in the transaction that locks the datastore. */
  RunRecord lockingDatastore() {
    return with(OptionalLong.of(0));
  }

  /** The same, once it is known at which revision the datastore was locked. */
  RunRecord writtenAt(long revision) {
    boolean justLocked = lockedDatastore.isPresent() && lockedDatastore.getAsLong() == 0;
    return justLocked ? with(OptionalLong.of(revision)) : this;
  }

  /** The same, without a lock on the datastore. */
  RunRecord withoutDatastoreLock() {
    return with(OptionalLong.empty());
  }

  /**
   * Whether a journal knows what this says: the record carries the hash of the journal's entry when
   * it was written, and how many steps were done.
   */
  boolean goesWith(RunHistory history, RecordedRun run) {
    return covered(history).isPresent() && done <= run.sent();
  }

  /** Who holds it and how far it is, in words. */
  String words() {
    return "the run is held by " + holder + ", " + done + " of " + steps + " steps done";
  }

  /**
   * How many entries of {@code history} there were when this was written: what comes behind them it
   * does not know of. Nothing when it was written with an entry that is not there.
   */
  OptionalInt covered(RunHistory history) {
    if (head.isEmpty()) {
      return OptionalInt.of(0);
    }
    for (int entries = history.entries().size(); entries > 0; entries--) {
      byte[] hash = history.entries().get(entries - 1).hash();
      if (HexFormat.of().formatHex(hash).equals(head)) {
        return OptionalInt.of(entries);
      }
    }
    return OptionalInt.empty();
  }

  Bytes encode() {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("run", new Json.Text(run));
    members.put("digest", new Json.Text(digest));
    members.put("steps", Json.Num.of(steps));
    members.put("done", Json.Num.of(done));
    members.put("state", new Json.Text(state.text));
    members.put("holder", new Json.Text(holder));
    members.put("token", new Json.Text(token));
    members.put("head", new Json.Text(head));
    lockedDatastore.ifPresent(since -> members.put("lockedDatastore", Json.Num.of(since)));
    if (!approval.isEmpty()) {
      members.put("approval", new Json.Text(approval));
    }
    return new Json.Obj(members).encode();
  }

  /** Reads a record; nothing when it is none that this release wrote. */
  static Optional<RunRecord> decode(Bytes bytes) {
    try {
      Json.Obj json = new JsonReader().readObject(bytes);
      String state = json.needText("state");
      for (State known : State.values()) {
        if (known.text.equals(state)) {
          return Optional.of(
              new RunRecord(
                  json.needText("run"),
                  json.needText("digest"),
                  number(json, "steps"),
                  number(json, "done"),
                  known,
                  json.needText("holder"),
                  json.needText("token"),
                  json.needText("head"),
                  lockedDatastore(json),
                  json.text("approval").orElse("")));
        }
      }
      return Optional.empty();
    } catch (JsonFormatException notARecord) {
      return Optional.empty();
    }
  }

  private static OptionalLong lockedDatastore(Json.Obj json) throws JsonFormatException {
    Optional<Json> found = json.get("lockedDatastore");
    if (found.isEmpty()) {
      return OptionalLong.empty();
    }
    if (found.get() instanceof Json.Num number && number.literal().matches("[0-9]{1,18}")) {
      return OptionalLong.of(Long.parseLong(number.literal()));
    }
    throw new JsonFormatException("lockedDatastore: expected a revision");
  }

  private static int number(Json.Obj json, String name) throws JsonFormatException {
    boolean small =
        json.get(name).orElse(Json.Null.NULL) instanceof Json.Num number
            && number.literal().matches("[0-9]{1,6}");
    if (small) {
      return Integer.parseInt(((Json.Num) json.get(name).orElseThrow()).literal());
    }
    throw new JsonFormatException(name + ": expected a number");
  }
}
