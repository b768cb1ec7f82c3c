package io.ipamrepair.calico;

import io.ipamrepair.json.Json;

/**
 * The value of an affinity (reference, section 3.2); whose it is and of which block, its key says.
 *
 * @param state how far the claim is
 * @param stateText the state as written
 * @param deleted never true in etcd
 */
public record Affinity(State state, String stateText, boolean deleted) {
  /** How far a claim on a block is. */
  public enum State {
    /** The node owns the block; also what an absent or empty state means. */
    CONFIRMED("confirmed"),
    /** The node wants the block and has not got it yet. */
    PENDING("pending"),
    /** The node is giving the block up. */
    PENDING_DELETION("pendingDeletion"),
    /** A word that no release knows. */
    UNKNOWN("");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** The word in the value. */
    public String text() {
      return text;
    }

    static State read(String text) {
      for (State state : values()) {
        if (state.text.equals(text)) {
          return text.isEmpty() ? CONFIRMED : state;
        }
      }
      return UNKNOWN;
    }
  }

  static Affinity read(Json.Obj json) {
    Fields fields = Fields.of(json);
    String state = fields.text("state");
    return new Affinity(State.read(state), state, fields.bool("deleted"));
  }

  /** What zero bytes mean, as releases up to v3.0 wrote them. */
  static Affinity ofEmptyValue() {
    return new Affinity(State.CONFIRMED, "", false);
  }
}
