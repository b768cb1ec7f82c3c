package io.ipamrepair.show;

/** What an ordinal of a block is used for; the first that fits, from top to bottom. */
public enum OrdinalUse {
  /** See {@link Conflict}; {@link Conflict#UNUSED} is none of these. */
  CONFLICT("conflict"),
  /** Not held, and not in the free list either: it is never handed out (rule B4). */
  LOST("lost"),
  /** Free, but a reservation keeps new addresses out. */
  RESERVED("reserved"),
  /** Free. */
  FREE("free"),
  /** Released, and not to be handed out again yet. */
  COOLING_DOWN("cooling-down"),
  /** Held by Windows, which takes a few addresses of each block. */
  WINDOWS("windows"),
  /** Held, and the block does not say by whom (rule B3). */
  UNKNOWN("unknown"),
  /** Held, and nothing uses it (rule W3). */
  LEAKED("leaked"),
  /** Used on another node than the one that owns the block. */
  BORROWED("borrowed"),
  /** Held by a node's tunnel. */
  TUNNEL("tunnel"),
  /** Held by a service; whether it uses it is not in etcd. */
  SERVICE("service"),
  /** Held by a pod or a virtual machine. */
  POD("pod"),
  /** Held by something that has a handle or a node and is none of the above. */
  OTHER("other");

  private final String word;

  OrdinalUse(String word) {
    this.word = word;
  }

  /** The word in JSON output. */
  public String word() {
    return word;
  }
}
