/**
 * The only room that talks to etcd: reads at a revision, commits a transaction, settles an outcome.
 * It moves keys and bytes and knows nothing of Calico. Only here are gRPC and the jetcd stubs
 * imported.
 */
package io.ipamrepair.etcd;
