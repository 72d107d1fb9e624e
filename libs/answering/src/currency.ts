import type { EvidenceDocument } from '@fumikura/retrieval';

const OUTDATED =
  /\b(?:superseded|deprecated|obsolete|archived|outdated|withdrawn|retired|replaced|no longer (?:valid|in force|maintained))\b|廃止|旧版|失効|無効になり|古い版|アーカイブ済/iu;
/** Said of the page itself, not of something it tells of: near its top, in a short sentence. */
const SAID_OF_ITSELF =
  /^(?:>\s*|#+\s*)?(?:\W{0,3}(?:note|notice|warning|status|注意|状態)[:：]?\W{0,3})?(?:this (?:page|document|policy|version|guide|article|runbook)\b.{0,60}?\b(?:superseded|deprecated|obsolete|archived|outdated|withdrawn|retired|replaced|no longer)|(?:superseded|deprecated|obsolete|archived) (?:by|since|on)\b|status:?\s*(?:superseded|deprecated|obsolete|archived)|(?:この|本)(?:ページ|文書|規程|手順).{0,20}(?:廃止|旧版|失効|古い))/imu;
const TOP = 400;

/** Whether a document says of itself that it does not hold any more: by status, label, title or its first lines. */
export function isSuperseded({ status, labels, title, stored }: EvidenceDocument): boolean {
  if ([status ?? '', ...labels].some((word) => OUTDATED.test(word))) return true;
  if (
    /^\W*(?:deprecated|obsolete|archived|old|superseded|旧|廃止)\b|\((?:deprecated|obsolete|archived|superseded|old)\)|【(?:旧|廃止)|（(?:旧|廃止)/iu.test(
      title,
    )
  )
    return true;
  return SAID_OF_ITSELF.test(stored.text.slice(0, TOP));
}
