package io.ipamrepair.undo;

import java.util.List;

/**
 * A run that cannot be rolled back as things stand: every conflict, in lines. Nothing was planned.
 */
public final class UndoConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> conflicts;

  public UndoConflictException(List<String> conflicts) {
    super(String.join("\n", conflicts));
    this.conflicts = List.copyOf(conflicts);
  }

  public List<String> conflicts() {
    return conflicts;
  }
}
