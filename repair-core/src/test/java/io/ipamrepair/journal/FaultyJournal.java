package io.ipamrepair.journal;

import io.ipamrepair.faults.FaultyDisk;
import java.nio.file.Path;

/** A journal on a disk that can fail. */
public final class FaultyJournal {
  private FaultyJournal() {}

  /** The journal in {@code folder}, written through {@link FaultyDisk}. */
  public static Journal in(Path folder) {
    return Journal.on(FaultyDisk.SCHEME + ":", folder);
  }
}
