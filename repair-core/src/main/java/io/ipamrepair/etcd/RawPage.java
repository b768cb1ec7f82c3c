package io.ipamrepair.etcd;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.MethodDescriptor;
import io.ipamrepair.kv.KeyValueView;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The answer to a range request, as bytes, which are walked where they lie: of a message for each
 * key nothing would be left but its two texts. Its buffer is used again for the next page, so it is
 * for one thread, and valid until the next page comes.
 *
 * <p>Field numbers are those of etcd's {@code rpc.proto} and {@code kv.proto}.
 */
final class RawPage {
  private static final int HEADER = 1;
  private static final int KVS = 2;
  private static final int MORE = 3;

  private static final int KEY = 1;
  private static final int CREATE_REVISION = 2;
  private static final int MOD_REVISION = 3;
  private static final int VERSION = 4;
  private static final int VALUE = 5;

  private byte[] buffer = new byte[1 << 20];
  private int length;
  private ResponseHeader header = ResponseHeader.getDefaultInstance();
  private boolean more;
  private byte[] lastKey = new byte[0];

  /** Reads answers into this page. */
  MethodDescriptor.Marshaller<RawPage> marshaller() {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public InputStream stream(RawPage value) {
        throw new UnsupportedOperationException("a page is received, never sent");
      }

      @Override
      public RawPage parse(InputStream stream) {
        try {
          fill(stream);
          return RawPage.this;
        } catch (IOException damaged) {
          throw io.grpc.Status.INTERNAL
              .withDescription("an answer of etcd that is none: " + damaged.getMessage())
              .withCause(damaged)
              .asRuntimeException();
        }
      }
    };
  }

  private void fill(InputStream stream) throws IOException {
    length = 0;
    int read = 0;
    while (read >= 0) {
      length += read;
      if (length == buffer.length) {
        buffer = Arrays.copyOf(buffer, buffer.length * 2);
      }
      read = stream.read(buffer, length, buffer.length - length);
    }
    header = ResponseHeader.getDefaultInstance();
    more = false;
    CodedInputStream in = CodedInputStream.newInstance(buffer, 0, length);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case HEADER -> header = ResponseHeader.parseFrom(in.readByteArray());
        case MORE -> more = in.readBool();
        default -> in.skipField(tag);
      }
    }
  }

  ResponseHeader header() {
    return header;
  }

  /** Whether there are further keys in the range that was asked for. */
  boolean more() {
    return more;
  }

  /** The last key of the page, as etcd has it; empty when the page is. */
  byte[] lastKey() {
    return lastKey;
  }

  /**
   * Hands over each key.
   *
   * @param prefix how many bytes of each key are a namespace's
   */
  void forEach(int prefix, KeyValueView view, Consumer<KeyValueView> sink) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(buffer, 0, length);
    int lastFrom = 0;
    int lastTo = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) != KVS) {
        in.skipField(tag);
        continue;
      }
      int end = in.readRawVarint32();
      end += in.getTotalBytesRead();
      int keyFrom = 0;
      int keyTo = 0;
      int valueFrom = 0;
      int valueTo = 0;
      long created = 0;
      long modified = 0;
      long version = 0;
      while (in.getTotalBytesRead() < end) {
        int field = in.readTag();
        switch (WireFormat.getTagFieldNumber(field)) {
          case KEY -> {
            int size = in.readRawVarint32();
            keyFrom = in.getTotalBytesRead();
            keyTo = keyFrom + size;
            in.skipRawBytes(size);
          }
          case VALUE -> {
            int size = in.readRawVarint32();
            valueFrom = in.getTotalBytesRead();
            valueTo = valueFrom + size;
            in.skipRawBytes(size);
          }
          case CREATE_REVISION -> created = in.readInt64();
          case MOD_REVISION -> modified = in.readInt64();
          case VERSION -> version = in.readInt64();
          default -> in.skipField(field);
        }
      }
      lastFrom = keyFrom;
      lastTo = keyTo;
      view.moveTo(buffer, keyFrom + prefix, keyTo, valueFrom, valueTo, created, modified, version);
      sink.accept(view);
    }
    lastKey = Arrays.copyOfRange(buffer, lastFrom, lastTo);
  }
}
