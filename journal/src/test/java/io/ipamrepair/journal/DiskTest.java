package io.ipamrepair.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the journal does to the disk, watched from below H2. */
class DiskTest {
  private static final long SEED = 20_261_125;

  @TempDir Path folder;
  private final Notes notes = new Notes();

  /** Notes writes and forces; can be a full disk. */
  private static final class Notes implements WatchedDisk.Watcher {
    final List<String> events = Collections.synchronizedList(new ArrayList<>());
    volatile boolean full;

    @Override
    public void write(WatchedDisk.Write write) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      events.add("write");
      write.happen();
    }

    @Override
    public void force(WatchedDisk.Access force) throws IOException {
      force.happen();
      events.add("force");
    }

    @Override
    public void change(WatchedDisk.Access change) throws IOException {
      change.happen();
    }
  }

  @Test
  void anEntryIsForcedToTheDiskBeforeAppendReturns() throws JournalException {
    try (WatchedDisk disk = WatchedDisk.watchedBy(notes);
        RunJournal run = disk.journal(folder).create("r-1", Instant.EPOCH)) {
      for (int i = 1; i <= 5; i++) {
        notes.events.clear();
        run.append(EntryKind.INTENT, i, Instant.EPOCH, new byte[2000]);
        assertThat(notes.events).as("what reached the disk for entry %d", i).contains("write");
        assertThat(notes.events.get(notes.events.size() - 1))
            .as("last event for entry %d of %s", i, notes.events)
            .isEqualTo("force");
      }
    }
  }

  @Test
  void whatWasAppendedIsThereAfterAPowerCut() throws Exception {
    for (int entries = 0; entries <= 12; entries++) {
      Path cut = folder.resolve("cut-" + entries);
      try (WatchedDisk disk = WatchedDisk.withPowerCuts(notes);
          RunJournal run = disk.journal(cut).create("r-1", Instant.EPOCH)) {
        for (int i = 1; i <= entries; i++) {
          run.append(EntryKind.INTENT, i, Instant.EPOCH, new byte[500 * i]);
        }
        disk.loseSomeUnforced(new Random(SEED + entries));
        assertThat(Journal.at(cut).read("r-1").entries())
            .as("%d entries appended, seed %d", entries, SEED)
            .hasSize(entries);
      }
    }
  }

  @Test
  void aFullDiskIsSaidToBeFull() throws JournalException {
    try (WatchedDisk disk = WatchedDisk.watchedBy(notes)) {
      RunJournal run = disk.journal(folder).create("r-1", Instant.EPOCH);
      notes.full = true;
      JournalException found =
          catchThrowableOfType(
              JournalException.class,
              () -> run.append(EntryKind.INTENT, 1, Instant.EPOCH, new byte[2_000_000]));
      assertThat(found).isNotNull();
      assertThat(found.reason()).as(found.getMessage()).isEqualTo(JournalException.Reason.FULL);
      notes.full = false;
      run.close();
    }
  }
}
