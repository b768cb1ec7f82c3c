package io.ipamrepair.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The file of one run, open for writing. What {@link #append} returned is on the disk. */
public final class RunJournal implements AutoCloseable {
  private final RunFile file;
  private final List<Entry> entries;
  private final RunHistory opened;
  private byte[] head;

  RunJournal(RunFile file, RunHistory opened) {
    this.file = file;
    this.opened = opened;
    this.entries = new ArrayList<>(opened.entries());
    this.head = opened.head();
  }

  /**
   * An entry to be written.
   *
   * @param kind what it records
   * @param step the step it speaks of, from 1; 0 for the run as a whole
   * @param at when
   * @param body what it says
   */
  public record NewEntry(EntryKind kind, int step, Instant at, byte[] body) {}

  /**
   * Writes an entry and forces it to the disk.
   *
   * @throws JournalException when it is not there for certain
   */
  public Entry append(EntryKind kind, int step, Instant at, byte[] body) throws JournalException {
    return appendAll(List.of(new NewEntry(kind, step, at, body))).get(0);
  }

  /** Writes entries in one transaction and forces them to the disk once. */
  public List<Entry> appendAll(List<NewEntry> added) throws JournalException {
    List<Entry> chained = new ArrayList<>();
    byte[] previous = head;
    for (NewEntry each : added) {
      long sequence = entries.size() + chained.size() + 1L;
      byte[] hash =
          Entry.hash(previous, sequence, each.at(), each.kind(), each.step(), each.body());
      chained.add(new Entry(sequence, each.at(), each.kind(), each.step(), each.body(), hash));
      previous = hash;
    }
    file.write(chained);
    entries.addAll(chained);
    head = previous;
    return List.copyOf(chained);
  }

  /** The last entry's hash; a copy. */
  public byte[] head() {
    return head.clone();
  }

  /** The run so far. */
  public RunHistory history() {
    return new RunHistory(opened.runId(), opened.createdAt(), entries);
  }

  @Override
  public void close() {
    file.close();
  }
}
