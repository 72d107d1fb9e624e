/** In the id of a figure that an embedder had its part in, so that it stands beside the one without. */
export const HYBRID = '.hybrid';
