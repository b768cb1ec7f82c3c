/**
 * Approvals: signatures of people over the exact bytes of a plan file, in OpenSSH's format, and the
 * policy that they must meet. Pure.
 */
package io.ipamrepair.approval;
