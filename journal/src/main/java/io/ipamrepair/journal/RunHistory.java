package io.ipamrepair.journal;

import java.time.Instant;
import java.util.List;

/**
 * A run as its file tells it; its chain of hashes was verified.
 *
 * @param runId the run's ID
 * @param createdAt when its file was created
 * @param entries in order
 */
public record RunHistory(String runId, Instant createdAt, List<Entry> entries) {
  public RunHistory {
    entries = List.copyOf(entries);
  }

  /**
   * The last entry's hash. Whoever keeps it elsewhere can tell a file that lost its end: the chain
   * alone cannot, because a truncated H2 file opens without an error and with fewer rows.
   */
  public byte[] head() {
    return entries.isEmpty() ? Entry.root(runId) : entries.get(entries.size() - 1).hash();
  }
}
