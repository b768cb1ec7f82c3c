package io.ipamrepair.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Instant;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the journal does to the disk, watched from below H2. */
class DiskTest {
  @TempDir Path folder;
  private final WatchedDisk disk = new WatchedDisk();

  @BeforeEach
  void register() {
    disk.register();
  }

  @AfterEach
  void unregister() {
    FilePath.unregister(disk);
  }

  @Test
  void anEntryIsForcedToTheDiskBeforeAppendReturns() throws JournalException {
    try (RunJournal run = Journal.on("watched:", folder).create("r-1", Instant.EPOCH)) {
      for (int i = 1; i <= 5; i++) {
        disk.events.clear();
        run.append(EntryKind.INTENT, i, Instant.EPOCH, new byte[2000]);
        assertThat(disk.events).as("what reached the disk for entry %d", i).contains("write");
        assertThat(disk.events.get(disk.events.size() - 1))
            .as("last event for entry %d of %s", i, disk.events)
            .isEqualTo("force");
      }
    }
  }

  @Test
  void aFullDiskIsSaidToBeFull() throws JournalException {
    RunJournal run = Journal.on("watched:", folder).create("r-1", Instant.EPOCH);
    disk.full = true;
    JournalException found =
        catchThrowableOfType(
            JournalException.class,
            () -> run.append(EntryKind.INTENT, 1, Instant.EPOCH, new byte[2_000_000]));
    assertThat(found).isNotNull();
    assertThat(found.reason()).as(found.getMessage()).isEqualTo(JournalException.Reason.FULL);
    disk.full = false;
    run.close();
  }
}
