package io.ipamrepair.testing;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/** What {@code etcdctl snapshot save} does: asks a server for its snapshot and writes it down. */
public final class SnapshotSaver {
  private SnapshotSaver() {}

  /** Saves a snapshot of the etcd at {@code endpoint} to {@code file}. */
  public static Path save(URI endpoint, Path file) throws IOException {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
            .usePlaintext()
            .build();
    try (OutputStream out = Files.newOutputStream(file)) {
      Iterator<SnapshotResponse> parts =
          MaintenanceGrpc.newBlockingStub(channel).snapshot(SnapshotRequest.getDefaultInstance());
      while (parts.hasNext()) {
        parts.next().getBlob().writeTo(out);
      }
    } finally {
      channel.shutdownNow();
    }
    return file;
  }
}
