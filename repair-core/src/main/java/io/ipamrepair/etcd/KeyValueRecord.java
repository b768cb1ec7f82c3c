package io.ipamrepair.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How etcd writes a key and its value into its database, one record per revision: the same message
 * that it sends to clients. So snapshots are read with the code that reads answers.
 */
public final class KeyValueRecord {
  private static final Namespace NONE = new Namespace(Bytes.EMPTY);

  private KeyValueRecord() {}

  /**
   * The key alone, which is what an index needs: the value is not copied.
   *
   * @throws RecordFormatException when {@code record} is none
   */
  public static Bytes key(ByteBuffer record) throws RecordFormatException {
    try {
      CodedInputStream in = CodedInputStream.newInstance(record.duplicate());
      // etcd writes the members in order and leaves out empty ones; a key never is empty.
      boolean first =
          in.readTag()
              == (io.etcd.jetcd.api.KeyValue.KEY_FIELD_NUMBER << 3
                  | WireFormat.WIRETYPE_LENGTH_DELIMITED);
      return first ? Bytes.of(in.readByteArray()) : read(record).key();
    } catch (IOException damaged) {
      throw new RecordFormatException(line(damaged));
    }
  }

  /**
   * The whole record.
   *
   * @throws RecordFormatException when {@code record} is none
   */
  public static KeyValue read(ByteBuffer record) throws RecordFormatException {
    try {
      ByteString bytes = UnsafeByteOperations.unsafeWrap(record.duplicate());
      return NONE.outside(io.etcd.jetcd.api.KeyValue.parseFrom(bytes));
    } catch (IOException damaged) {
      throw new RecordFormatException(line(damaged));
    }
  }

  private static String line(IOException damaged) {
    return String.valueOf(damaged.getMessage()).lines().findFirst().orElse("");
  }
}
