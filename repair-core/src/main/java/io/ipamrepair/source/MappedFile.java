package io.ipamrepair.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The first bytes of a file, mapped into memory; numbers are little-endian. A mapping holds 2 GiB
 * at the most, so there are several, each of which reaches into the next: what begins in one is
 * whole in it unless it is longer than the reach.
 */
final class MappedFile {
  /** How the file is cut; etcd's values have 1.5 MiB unless it is told otherwise. */
  static final Windows STANDARD = new Windows(1L << 30, 1L << 28);

  private final String source;
  private final long length;
  private final Windows windows;
  private final List<MappedByteBuffer> maps = new ArrayList<>();

  /**
   * The sizes of mappings.
   *
   * @param step a mapping begins every so many bytes
   * @param reach so many bytes of the next are in it too; the longest that can be read in one piece
   */
  record Windows(long step, long reach) {}

  private MappedFile(String source, long length, Windows windows) {
    this.source = source;
    this.length = length;
    this.windows = windows;
  }

  /**
   * Maps the first {@code length} bytes; the channel may be closed afterwards.
   *
   * @param source the file in words, for messages
   */
  static MappedFile of(FileChannel channel, String source, long length, Windows windows)
      throws IOException {
    MappedFile file = new MappedFile(source, length, windows);
    for (long start = 0; start < length; start += windows.step()) {
      long size = Math.min(windows.step() + windows.reach(), length - start);
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, start, size);
      map.order(ByteOrder.LITTLE_ENDIAN);
      file.maps.add(map);
    }
    return file;
  }

  long length() {
    return length;
  }

  /** The file is not what it should be. */
  SourceException damaged(String expected, String found) {
    return SourceException.damaged(source, expected, found);
  }

  /** The {@code size} bytes at {@code at}. */
  ByteBuffer slice(long at, long size) throws SourceException {
    if (at < 0 || size < 0 || at > length - size) {
      throw damaged(size + " bytes at " + at, "the end at " + length);
    }
    if (size > windows.reach()) {
      throw damaged("a value of at most " + windows.reach() + " bytes", "one of " + size);
    }
    MappedByteBuffer map = maps.get((int) Math.min(at / windows.step(), maps.size() - 1L));
    return map.slice((int) (at % windows.step()), (int) size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The 16 bits at {@code at}, without a sign. */
  int uint16(long at) throws SourceException {
    return Short.toUnsignedInt(slice(at, Short.BYTES).getShort());
  }

  /** The 32 bits at {@code at}, without a sign. */
  long uint32(long at) throws SourceException {
    return Integer.toUnsignedLong(slice(at, Integer.BYTES).getInt());
  }

  /** The 64 bits at {@code at}. */
  long int64(long at) throws SourceException {
    return slice(at, Long.BYTES).getLong();
  }
}
