package io.ipamrepair.faults;

import io.ipamrepair.faults.Fault.Manner;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.WatchedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** A disk for journals, at whose writes and forces a {@link Fault} strikes. */
public final class FaultyDisk implements WatchedDisk.Watcher, AutoCloseable {
  private final WatchedDisk disk;
  private volatile Fault fault;

  /** A disk on which {@code fault} strikes. One at a time, until it is closed. */
  public FaultyDisk(Fault fault) {
    this.fault = fault;
    this.disk =
        fault.manner().cutsPower() ? WatchedDisk.withPowerCuts(this) : WatchedDisk.watchedBy(this);
  }

  /** A journal on it. */
  public Journal journal(Path folder) {
    return disk.journal(folder);
  }

  /** From now on another fault strikes, at files that are open too. */
  public void switchTo(Fault next) {
    fault = next;
  }

  /** The process has ended: its files are closed, and what a power failure loses is lost. */
  @Override
  public void close() {
    if (fault.struck() && fault.manner() == Manner.POWER_FAILS) {
      disk.loseUnforced();
    } else if (fault.struck() && fault.manner() == Manner.POWER_FAILS_PARTLY) {
      disk.loseSomeUnforced(new Random(fault.at()));
    } else {
      disk.writeUnforced();
    }
    disk.close();
  }

  @Override
  public void write(WatchedDisk.Write write) throws IOException {
    Fault mine = fault;
    if (mine.struck() && mine.manner() == Manner.DISK_FULL) {
      throw full();
    }
    passes(mine, write, write::half);
  }

  @Override
  public void force(WatchedDisk.Access force) throws IOException {
    passes(fault, force, force);
  }

  @Override
  public void change(WatchedDisk.Access change) throws IOException {
    passes(fault, change, change);
  }

  private static IOException full() {
    return new IOException("No space left on device");
  }

  /**
   * Lets it happen, unless the fault is here.
   *
   * @param torn what happens where it is cut short
   */
  private static void passes(Fault mine, WatchedDisk.Access whole, WatchedDisk.Access torn)
      throws IOException {
    if (mine.dead()) {
      // What the dead seem to do does not happen.
      return;
    }
    if (!mine.isHere(Fault.Place.DISK)) {
      whole.happen();
      return;
    }
    switch (mine.manner()) {
      case DISK_FAILS -> throw new IOException("Input/output error");
      case DISK_FULL -> {
        torn.happen();
        if (torn != whole) {
          throw full();
        }
      }
      case DIES_IN_WRITE -> {
        torn.happen();
        mine.die();
      }
      case DIES_AFTER_DISK -> {
        whole.happen();
        mine.die();
      }
      default -> mine.die();
    }
  }
}
