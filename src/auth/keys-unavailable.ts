/** Nobody can say at the moment whether a token is good. */
export class KeysUnavailable extends Error {}
