package io.ipamrepair.etcd;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.MethodDescriptor;
import java.util.function.Function;

/**
 * A method of etcd's KV or lease service.
 *
 * @param method what gRPC calls
 * @param header where its answer says which cluster, member and revision it comes from
 */
record Rpc<Q, A>(MethodDescriptor<Q, A> method, Function<A, ResponseHeader> header) {
  static final Rpc<RangeRequest, RangeResponse> RANGE =
      new Rpc<>(KVGrpc.getRangeMethod(), RangeResponse::getHeader);

  static final Rpc<LeaseGrantRequest, LeaseGrantResponse> LEASE_GRANT =
      new Rpc<>(LeaseGrpc.getLeaseGrantMethod(), LeaseGrantResponse::getHeader);

  /** A stream of etcd's, of which one question and its answer are used. */
  static final Rpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> LEASE_KEEP_ALIVE =
      new Rpc<>(LeaseGrpc.getLeaseKeepAliveMethod(), LeaseKeepAliveResponse::getHeader);

  static final Rpc<LeaseRevokeRequest, LeaseRevokeResponse> LEASE_REVOKE =
      new Rpc<>(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeResponse::getHeader);

  static final Rpc<TxnRequest, TxnResponse> TXN =
      new Rpc<>(KVGrpc.getTxnMethod(), TxnResponse::getHeader);
}
