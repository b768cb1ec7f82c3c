package io.ipamrepair.etcd;

import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.ipamrepair.kv.CommitOutcome;
import io.ipamrepair.kv.Compare;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.kv.Operation;
import io.ipamrepair.kv.Transaction;
import java.util.ArrayList;
import java.util.List;

/** A transaction in our words and in etcd's. */
record TransactionCoding(Namespace namespace) {
  /** The message for etcd. */
  TxnRequest request(Transaction transaction) {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    transaction.when().forEach(compare -> request.addCompare(compare(compare)));
    transaction.then().forEach(operation -> request.addSuccess(operation(operation)));
    transaction.otherwise().forEach(operation -> request.addFailure(operation(operation)));
    return request.build();
  }

  /** What etcd's answer means. */
  CommitOutcome outcome(TxnResponse response) {
    long revision = response.getHeader().getRevision();
    List<KeyValue> read = found(response);
    return response.getSucceeded()
        ? new CommitOutcome.Applied(revision, read)
        : new CommitOutcome.ConditionFailed(revision, read);
  }

  /**
   * The keys that the reads of a transaction found, in the order they were asked for; absent ones
   * left out.
   */
  List<KeyValue> found(TxnResponse response) {
    List<KeyValue> found = new ArrayList<>();
    response
        .getResponsesList()
        .forEach(
            one ->
                one.getResponseRange()
                    .getKvsList()
                    .forEach(kv -> found.add(namespace.outside(kv))));
    return List.copyOf(found);
  }

  private io.etcd.jetcd.api.Compare compare(Compare compare) {
    var out =
        io.etcd.jetcd.api.Compare.newBuilder()
            .setResult(io.etcd.jetcd.api.Compare.CompareResult.EQUAL);
    if (compare instanceof Compare.ModRevisionIs is) {
      out.setTarget(io.etcd.jetcd.api.Compare.CompareTarget.MOD)
          .setKey(namespace.inside(is.key()))
          .setModRevision(is.revision());
    } else if (compare instanceof Compare.CreateRevisionIs is) {
      out.setTarget(io.etcd.jetcd.api.Compare.CompareTarget.CREATE)
          .setKey(namespace.inside(is.key()))
          .setCreateRevision(is.revision());
    } else if (compare instanceof Compare.ValueIs is) {
      out.setTarget(io.etcd.jetcd.api.Compare.CompareTarget.VALUE)
          .setKey(namespace.inside(is.key()))
          .setValue(Namespace.bytes(is.value()));
    } else if (compare instanceof Compare.Absent is) {
      // etcd compares an absent key as one with zeros everywhere, but for VALUE, where it is always
      // false.
      out.setTarget(io.etcd.jetcd.api.Compare.CompareTarget.CREATE)
          .setKey(namespace.inside(is.key()))
          .setCreateRevision(0);
    } else if (compare instanceof Compare.NothingWrittenSince is) {
      out.setResult(io.etcd.jetcd.api.Compare.CompareResult.LESS)
          .setTarget(io.etcd.jetcd.api.Compare.CompareTarget.MOD)
          .setKey(namespace.inside(is.range().from()))
          .setRangeEnd(namespace.inside(is.range().to()))
          .setModRevision(is.revision() + 1);
    } else if (compare instanceof Compare.Never is) {
      // A version counts from 1 and is 0 for an absent key: it is never below.
      out.setTarget(io.etcd.jetcd.api.Compare.CompareTarget.VERSION)
          .setKey(namespace.inside(is.key()))
          .setVersion(-1);
    } else {
      throw new AssertionError("a compare without an encoding: " + compare);
    }
    return out.build();
  }

  private RequestOp operation(Operation operation) {
    RequestOp.Builder out = RequestOp.newBuilder();
    if (operation instanceof Operation.Put put) {
      out.setRequestPut(
          PutRequest.newBuilder()
              .setKey(namespace.inside(put.key()))
              .setValue(Namespace.bytes(put.value())));
    } else if (operation instanceof Operation.PutLeased put) {
      out.setRequestPut(
          PutRequest.newBuilder()
              .setKey(namespace.inside(put.key()))
              .setValue(Namespace.bytes(put.value()))
              .setLease(put.lease()));
    } else if (operation instanceof Operation.Delete delete) {
      out.setRequestDeleteRange(
          DeleteRangeRequest.newBuilder().setKey(namespace.inside(delete.key())));
    } else if (operation instanceof Operation.Get get) {
      out.setRequestRange(RangeRequest.newBuilder().setKey(namespace.inside(get.key())));
    } else {
      throw new AssertionError("an operation without an encoding: " + operation);
    }
    return out.build();
  }
}
