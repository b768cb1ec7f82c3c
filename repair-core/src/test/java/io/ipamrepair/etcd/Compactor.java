package io.ipamrepair.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DefragmentRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.net.URI;

/**
 * Looks after an etcd: compacts it up to its newest revision, as Calico's controllers do every ten
 * minutes, and does what an operator does behind that where it is full.
 */
public final class Compactor implements AutoCloseable {
  private final ManagedChannel channel;

  /** For the etcd that listens at {@code endpoint}, without TLS. */
  public Compactor(URI endpoint) {
    this.channel =
        ManagedChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort())
            .usePlaintext()
            .build();
  }

  /**
   * Forgets what was before the newest revision; when this returns, it is done. Without waiting, a
   * defragmentation behind it finds nothing to give back.
   */
  public void compact() {
    KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
    long now =
        kv.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("/none")).build())
            .getHeader()
            .getRevision();
    kv.compact(CompactionRequest.newBuilder().setRevision(now).setPhysical(true).build());
  }

  /** Sends a transaction as it is, as a queue that held it back would; whether it was applied. */
  public boolean send(TxnRequest late) {
    return KVGrpc.newBlockingStub(channel).txn(late).getSucceeded();
  }

  /** Gives the room of what was compacted back. */
  public void defragment() {
    MaintenanceGrpc.newBlockingStub(channel).defragment(DefragmentRequest.getDefaultInstance());
  }

  /** Ends every alarm of every member. */
  public void endAlarms() {
    MaintenanceGrpc.MaintenanceBlockingStub maintenance = MaintenanceGrpc.newBlockingStub(channel);
    maintenance
        .alarm(AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build())
        .getAlarmsList()
        .forEach(
            raised ->
                maintenance.alarm(
                    AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .setMemberID(raised.getMemberID())
                        .setAlarm(raised.getAlarm())
                        .build()));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
