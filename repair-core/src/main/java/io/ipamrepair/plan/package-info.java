/**
 * Plans: steps, requirements, before- and after-images; the file that a second person reviews, and
 * its digest; what a plan means for a state. Pure.
 */
package io.ipamrepair.plan;
