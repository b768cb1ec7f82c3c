package io.ipamrepair.faults;

import io.ipamrepair.faults.Fault.Manner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * H2's file system {@code faulty:}, at whose writes and forces a {@link Fault} strikes. Of each
 * file it keeps what was forced last, which is what a power failure leaves.
 */
public final class FaultyDisk extends FilePathWrapper {
  /** What H2 knows it by. */
  public static final String SCHEME = "faulty";

  /** H2 makes instances by the constructor; they all find the fault here. */
  private static volatile Fault fault = Fault.none();

  private static final Set<Path> FILES = new HashSet<>();
  private static final List<FileChannel> OPEN = new ArrayList<>();

  /** From now on this fault strikes. */
  public static synchronized void with(Fault next) {
    FilePath.register(new FaultyDisk());
    fault = next;
    FILES.clear();
    OPEN.clear();
  }

  /** From now on another one strikes, at files that are open too. */
  public static synchronized void switchTo(Fault next) {
    fault = next;
  }

  /** The process has ended: its files are closed, and after a power failure are as forced last. */
  public static synchronized void end() throws IOException {
    for (FileChannel channel : OPEN) {
      channel.close();
    }
    for (Path file : FILES) {
      Path forced = forced(file);
      boolean lost = fault.struck() && fault.manner() == Manner.POWER_FAILS;
      if (lost && Files.exists(forced)) {
        Files.copy(forced, file, StandardCopyOption.REPLACE_EXISTING);
      } else if (lost) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(forced);
    }
    fault = Fault.none();
    FILES.clear();
    OPEN.clear();
  }

  private static Path forced(Path file) {
    return file.resolveSibling(file.getFileName() + ".forced");
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    Path file = Path.of(getBase().toString().replaceFirst("^file:", ""));
    if (Files.exists(file) && !Files.exists(forced(file))) {
      // What was there before is on the disk for good.
      Files.copy(file, forced(file));
    }
    return opened(super.open(mode), file);
  }

  private static synchronized FileChannel opened(FileChannel channel, Path file) {
    FILES.add(file);
    OPEN.add(channel);
    return new Struck(channel, file);
  }

  private static final class Struck extends FileBaseDefault {
    private final FileChannel channel;
    private final Path file;

    Struck(FileChannel channel, Path file) {
      this.channel = channel;
      this.file = file;
    }

    private interface Deed {
      void done() throws IOException;
    }

    /** Does it, unless the fault is here. */
    private void passes(Deed whole, Deed half) throws IOException {
      Fault mine = fault;
      if (mine.dead()) {
        return;
      }
      boolean here = mine.isHere(Fault.Place.DISK);
      if (!here) {
        whole.done();
      } else if (mine.manner() == Manner.DISK_FAILS) {
        throw new IOException("Input/output error");
      } else {
        if (mine.manner() == Manner.DIES_IN_WRITE) {
          half.done();
        } else if (mine.manner() == Manner.DIES_AFTER_DISK) {
          whole.done();
        }
        mine.die();
      }
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
      return channel.read(destination, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      int length = source.remaining();
      passes(
          () -> channel.write(source, position),
          () -> {
            ByteBuffer half = source.duplicate();
            half.limit(half.position() + length / 2);
            channel.write(half, position);
          });
      source.position(source.limit());
      return length;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      passes(
          () -> {
            channel.force(metaData);
            Files.copy(file, forced(file), StandardCopyOption.REPLACE_EXISTING);
          },
          () -> {});
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      passes(() -> channel.truncate(size), () -> {});
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return channel.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      channel.close();
    }
  }
}
