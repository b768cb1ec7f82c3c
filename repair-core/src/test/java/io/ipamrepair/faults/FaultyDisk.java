package io.ipamrepair.faults;

import io.ipamrepair.faults.Fault.Manner;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.WatchedDisk;
import java.io.IOException;
import java.nio.file.Path;

/** A disk for journals, at whose writes and forces a {@link Fault} strikes. */
public final class FaultyDisk implements WatchedDisk.Watcher, AutoCloseable {
  private final WatchedDisk disk;
  private volatile Fault fault;

  /** A disk on which {@code fault} strikes. One at a time, until it is closed. */
  public FaultyDisk(Fault fault) {
    this.fault = fault;
    this.disk =
        fault.manner() == Manner.POWER_FAILS
            ? WatchedDisk.withPowerCuts(this)
            : WatchedDisk.watchedBy(this);
  }

  /** A journal on it. */
  public Journal journal(Path folder) {
    return disk.journal(folder);
  }

  /** From now on another fault strikes, at files that are open too. */
  public void switchTo(Fault next) {
    fault = next;
  }

  /** The process has ended: its files are closed, and after a power failure are as forced last. */
  @Override
  public void close() {
    if (fault.struck() && fault.manner() == Manner.POWER_FAILS) {
      disk.loseUnforced();
    } else {
      disk.writeUnforced();
    }
    disk.close();
  }

  @Override
  public void write(WatchedDisk.Write write) throws IOException {
    passes(write, write::half);
  }

  @Override
  public void force(WatchedDisk.Access force) throws IOException {
    passes(force, () -> {});
  }

  @Override
  public void change(WatchedDisk.Access change) throws IOException {
    passes(change, () -> {});
  }

  /** Lets it happen, unless the fault is here. */
  private void passes(WatchedDisk.Access whole, WatchedDisk.Access half) throws IOException {
    Fault mine = fault;
    if (mine.dead()) {
      // What the dead seem to do does not happen.
      return;
    }
    if (!mine.isHere(Fault.Place.DISK)) {
      whole.happen();
    } else if (mine.manner() == Manner.DISK_FAILS) {
      throw new IOException("Input/output error");
    } else {
      if (mine.manner() == Manner.DIES_IN_WRITE) {
        half.happen();
      } else if (mine.manner() == Manner.DIES_AFTER_DISK) {
        whole.happen();
      }
      mine.die();
    }
  }
}
