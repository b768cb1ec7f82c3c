package io.ipamrepair.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * H2's file system {@code watched:}: whatever H2 does to its files passes a {@link Watcher}, who
 * may let it happen, cut it short, or fail it. It can also keep what was not forced in memory, so
 * that a power cut loses it. One at a time is registered, from its making until it is closed.
 */
public final class WatchedDisk extends FilePathWrapper implements AutoCloseable {
  /**
   * H2 makes its own instances of this class by their constructor: they find the registered one
   * here.
   */
  private static volatile WatchedDisk current;

  private final Watcher watcher;
  private final boolean cutsPower;
  private final Map<Path, UnforcedFile> unforced = new ConcurrentHashMap<>();
  private final Queue<FileChannel> opened = new ConcurrentLinkedQueue<>();

  /** What is about to happen to a file. */
  public interface Access {
    /** Lets it happen. */
    void happen() throws IOException;
  }

  /** A write. */
  public interface Write extends Access {
    /** Lets the first half of its bytes reach the file. */
    void half() throws IOException;
  }

  /** Sees everything before it happens. What it does not let happen, it must answer for. */
  public interface Watcher {
    /** Bytes are about to be written. */
    void write(Write write) throws IOException;

    /** What was written is about to be forced to the disk. */
    void force(Access force) throws IOException;

    /** A file is about to be created, cut, renamed or deleted. */
    void change(Access change) throws IOException;
  }

  /** For H2, which wants to make instances: they act for the registered disk. */
  public WatchedDisk() {
    this.watcher = current.watcher;
    this.cutsPower = current.cutsPower;
  }

  private WatchedDisk(Watcher watcher, boolean cutsPower) {
    this.watcher = watcher;
    this.cutsPower = cutsPower;
  }

  /** A disk to which everything is written at once. */
  public static WatchedDisk watchedBy(Watcher watcher) {
    return new WatchedDisk(watcher, false).registered();
  }

  /**
   * A disk that holds back what was not forced, until {@link #loseUnforced} or {@link
   * #writeUnforced} decides about it.
   */
  public static WatchedDisk withPowerCuts(Watcher watcher) {
    return new WatchedDisk(watcher, true).registered();
  }

  private WatchedDisk registered() {
    current = this;
    FilePath.register(this);
    return this;
  }

  /** A journal on this disk. */
  public Journal journal(Path folder) {
    return Journal.on(getScheme() + ":", folder);
  }

  /** Ends it as the end of a process would: its files are closed, and locked no more. */
  @Override
  public void close() {
    FilePath.unregister(this);
    try {
      for (FileChannel channel : opened) {
        channel.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The power is cut: nothing of what was not forced is there afterwards. */
  public void loseUnforced() {
    unforced.values().forEach(UnforcedFile::lose);
  }

  /**
   * The power is cut, while the kernel was writing some of what was not forced, in an order of its
   * own: of each write {@code chance} decides whether it is there afterwards.
   */
  public void loseSomeUnforced(RandomGenerator chance) {
    unforced.values().forEach(file -> file.loseSome(chance));
  }

  /** The kernel got round to writing everything. */
  public void writeUnforced() {
    unforced.values().forEach(UnforcedFile::write);
  }

  @Override
  public String getScheme() {
    return "watched";
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    FileChannel channel = super.open(mode);
    current.opened.add(channel);
    Path file = Path.of(getBase().toString());
    Optional<UnforcedFile> held =
        current.cutsPower
            ? Optional.of(current.unforced.computeIfAbsent(file, UnforcedFile::read))
            : Optional.empty();
    return new WatchedChannel(channel, held, current.watcher);
  }

  @Override
  public long size() {
    UnforcedFile held = current.unforced.get(Path.of(getBase().toString()));
    return held == null ? super.size() : held.size();
  }

  @Override
  public boolean createFile() {
    boolean[] created = new boolean[1];
    changed(() -> created[0] = super.createFile());
    return created[0];
  }

  @Override
  public void delete() {
    changed(super::delete);
    current.unforced.remove(Path.of(getBase().toString()));
  }

  @Override
  public void moveTo(FilePath target, boolean replace) {
    changed(() -> super.moveTo(target, replace));
  }

  private void changed(Access change) {
    try {
      current.watcher.change(change);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static final class WatchedChannel extends FileBaseDefault {
    private final FileChannel channel;
    private final Optional<UnforcedFile> held;
    private final Watcher watcher;

    WatchedChannel(FileChannel channel, Optional<UnforcedFile> held, Watcher watcher) {
      this.channel = channel;
      this.held = held;
      this.watcher = watcher;
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
      return held.isPresent()
          ? held.get().read(destination, position)
          : channel.read(destination, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      int length = source.remaining();
      watcher.write(
          new Write() {
            @Override
            public void happen() throws IOException {
              written(source, position);
            }

            @Override
            public void half() throws IOException {
              ByteBuffer first = source.duplicate();
              first.limit(first.position() + first.remaining() / 2);
              written(first, position);
            }
          });
      // H2 writes the rest again until all is written: what did not happen has to seem so.
      source.position(source.limit());
      return length;
    }

    private void written(ByteBuffer source, long position) throws IOException {
      if (held.isPresent()) {
        held.get().write(source, position);
        return;
      }
      long at = position;
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    }

    @Override
    public void force(boolean metaData) throws IOException {
      watcher.force(
          () -> {
            held.ifPresent(UnforcedFile::write);
            channel.force(metaData);
          });
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      watcher.change(
          () -> {
            if (held.isPresent()) {
              held.get().truncate(size);
            } else {
              channel.truncate(size);
            }
          });
    }

    @Override
    public long size() throws IOException {
      return held.isPresent() ? held.get().size() : channel.size();
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
