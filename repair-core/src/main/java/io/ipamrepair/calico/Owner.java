package io.ipamrepair.calico;

import java.util.Optional;

/**
 * Who a block belongs to: a node ({@code host:kworker-1}) or something virtual ({@code
 * virtual:load-balancer}, since v3.30). The text is that of a block's {@code affinity}.
 *
 * @param type node or virtual
 * @param name the node's name; not empty
 */
public record Owner(Type type, String name) implements Comparable<Owner> {
  /** The only virtual owner that a release knows. */
  public static final Owner LOAD_BALANCER = new Owner(Type.VIRTUAL, "load-balancer");

  /** The two kinds of owners. */
  public enum Type {
    HOST("host"),
    VIRTUAL("virtual");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    /** The word in keys and values. */
    public String text() {
      return text;
    }
  }

  public Owner {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("an owner has a name");
    }
  }

  /** The node {@code name}. */
  public static Owner node(String name) {
    return new Owner(Type.HOST, name);
  }

  /** Reads {@code host:X} or {@code virtual:X}; nothing when it is neither. */
  public static Optional<Owner> read(String text) {
    for (Type type : Type.values()) {
      String start = type.text() + ":";
      if (text.startsWith(start) && text.length() > start.length()) {
        return Optional.of(new Owner(type, text.substring(start.length())));
      }
    }
    return Optional.empty();
  }

  public boolean isNode() {
    return type == Type.HOST;
  }

  @Override
  public int compareTo(Owner other) {
    int byType = type.compareTo(other.type);
    return byType != 0 ? byType : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return type.text() + ":" + name;
  }
}
