package io.ipamrepair.etcd;

import io.ipamrepair.kv.EtcdFailure;

/** etcd could not be used or did not do what was asked. The message is one line for a person. */
public final class EtcdException extends Exception {
  private final EtcdFailure failure;

  /** With the message {@link EtcdFailure#line()}. */
  public EtcdException(EtcdFailure failure) {
    super(failure.line());
    this.failure = failure;
  }

  /** The cause, as far as it is known. */
  public EtcdFailure failure() {
    return failure;
  }
}
