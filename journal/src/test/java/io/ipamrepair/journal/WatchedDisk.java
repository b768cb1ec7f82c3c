package io.ipamrepair.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** H2's file system {@code watched:}: notes writes and forces, and can be full. */
public final class WatchedDisk extends FilePathWrapper {
  /**
   * H2 makes its own instances of this class by their constructor: they find the registered one
   * here.
   */
  private static volatile WatchedDisk current;

  final List<String> events = Collections.synchronizedList(new ArrayList<>());
  volatile boolean full;

  void register() {
    current = this;
    FilePath.register(this);
  }

  @Override
  public String getScheme() {
    return "watched";
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new WatchedChannel(super.open(mode), current);
  }

  private static final class WatchedChannel extends FileBaseDefault {
    private final FileChannel channel;
    private final WatchedDisk disk;

    WatchedChannel(FileChannel channel, WatchedDisk disk) {
      this.channel = channel;
      this.disk = disk;
    }

    @Override
    public int read(ByteBuffer destination, long position) throws IOException {
      return channel.read(destination, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      if (disk.full) {
        throw new IOException("No space left on device");
      }
      disk.events.add("write");
      return channel.write(source, position);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      channel.force(metaData);
      disk.events.add("force");
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public java.nio.channels.FileLock tryLock(long position, long size, boolean shared)
        throws IOException {
      return channel.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      channel.close();
    }
  }
}
