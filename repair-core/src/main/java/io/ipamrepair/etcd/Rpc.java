package io.ipamrepair.etcd;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.MethodDescriptor;
import java.util.function.Function;

/**
 * A method of etcd's KV service.
 *
 * @param method what gRPC calls
 * @param header where its answer says which cluster, member and revision it comes from
 */
record Rpc<Q, A>(MethodDescriptor<Q, A> method, Function<A, ResponseHeader> header) {
  static final Rpc<RangeRequest, RangeResponse> RANGE =
      new Rpc<>(KVGrpc.getRangeMethod(), RangeResponse::getHeader);

  static final Rpc<TxnRequest, TxnResponse> TXN =
      new Rpc<>(KVGrpc.getTxnMethod(), TxnResponse::getHeader);
}
