/** Runbooks and stories, played with the real command line on a real etcd. */
package io.ipamrepair.playbooks;
