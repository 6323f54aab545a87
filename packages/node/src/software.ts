/** The version of this software, as peers and the API see it. */
export const SOFTWARE = '0.1.0'
