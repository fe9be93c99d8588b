const KEY_FORM = /aidet_(live|test)_sk_[0-9A-Za-z]+/g;

/** Takes keys of this product out of a text that somebody else may read: a line of the log, the message of an error. */
export function withoutKeys(text: string): string {
  return text.replace(KEY_FORM, 'aidet_$1_sk_[redacted]');
}
