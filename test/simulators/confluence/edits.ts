import { pick } from '../graph/random-world.ts';
import type { Random } from '../../sources/source-world.ts';
import { randomGrants, randomRestriction } from './random-world.ts';
import { addAttachment, addComment, addContent, removeComment, removeContent, touch } from './making.ts';
import { lineOf } from './world.ts';
import type { ConfluenceWorld, SimulatedContent } from './world.ts';

/** One change that a person could make; says what it was. */
export function randomEdit(world: ConfluenceWorld, random: Random): string {
  const all = [...world.content.values()].filter(({ status }) => status !== 'trashed');
  const content = all.length > 0 ? pick(random, all) : addPage(world, random);
  const readable = all.filter(({ kind }) => kind === 'page' || kind === 'blogpost');
  const page = readable.length > 0 ? pick(random, readable) : addPage(world, random);
  switch (Math.floor(random() * 13)) {
    case 0:
      page.text += `\nEdited at ${world.revision}.`;
      touch(world, page);
      return `edit ${page.id}`;
    case 1:
      page.title = `${world.revision} ${page.title}`;
      touch(world, page);
      return `rename ${page.id}`;
    case 2:
      return move(world, random, content);
    case 3:
      removeContent(world, content.id, random() < 0.5);
      return `remove ${content.id}`;
    case 4:
      return `add ${addPage(world, random).id}`;
    case 5:
    case 6:
      // No edit of the content: only a look at its restrictions tells.
      world.revision++;
      if (content.restriction) delete content.restriction;
      else content.restriction = randomRestriction(world, random);
      return `restriction of ${content.id}`;
    case 7: {
      const space = pick(random, [...world.spaces.values()]);
      space.grants = randomGrants(world, random);
      return `readers of ${space.key}`;
    }
    case 8:
      return discuss(world, random, page);
    case 9:
      return attach(world, random, page);
    case 10:
      // Posts cannot be archived.
      if (page.kind === 'page') page.status = page.status === 'archived' ? 'current' : 'archived';
      touch(world, page);
      return `archive or restore ${page.id}`;
    case 11:
      if (!page.labels.delete('urgent')) page.labels.add('urgent');
      return `label ${page.id}`;
    default:
      return membership(world, random);
  }
}

function addPage(world: ConfluenceWorld, random: Random): SimulatedContent {
  const space = pick(random, [...world.spaces.values()]);
  const inside = [...world.content.values()].filter(
    (each) => each.space === space.id && each.kind !== 'blogpost' && each.status === 'current',
  );
  return addContent(world, {
    space: space.id,
    title: `New page ${world.revision}`,
    text: `New words ${world.revision}`,
    parent: random() < 0.7 && inside.length > 0 ? pick(random, inside).id : undefined,
  });
}

/** With everything below it; a blog post lies in nothing. */
function move(world: ConfluenceWorld, random: Random, content: SimulatedContent): string {
  const targets = [...world.content.values()].filter(
    (each) =>
      each.kind !== 'blogpost' &&
      each.status === 'current' &&
      each.space === content.space &&
      !lineOf(world, each).includes(content),
  );
  const target = random() < 0.2 || targets.length === 0 ? undefined : pick(random, targets);
  world.revision++;
  if (content.kind !== 'blogpost') content.parent = target?.id;
  return `move ${content.id} to ${target?.id ?? 'the top'}`;
}

function discuss(world: ConfluenceWorld, random: Random, page: SimulatedContent): string {
  const comments = [...world.comments.values()];
  const comment = comments.length > 0 ? pick(random, comments) : undefined;
  if (!comment || random() < 0.4)
    return `comment ${addComment(world, { container: page.id, text: `Remark ${world.revision}` }).id}`;
  if (random() < 0.5) {
    comment.text += ' Edited.';
    touch(world, comment);
    return `edit comment ${comment.id}`;
  }
  removeComment(world, comment.id);
  return `remove comment ${comment.id}`;
}

function attach(world: ConfluenceWorld, random: Random, page: SimulatedContent): string {
  const files = [...world.attachments.values()];
  const file = files.length > 0 ? pick(random, files) : undefined;
  if (!file || random() < 0.4)
    return `attach ${addAttachment(world, { container: page.id, title: `new ${world.revision}.txt`, text: 'New file' }).id}`;
  if (random() < 0.5) {
    file.bytes = new TextEncoder().encode(`Uploaded again ${world.revision}`);
    touch(world, file);
    return `upload ${file.id}`;
  }
  world.attachments.delete(file.id);
  world.revision++;
  return `remove attachment ${file.id}`;
}

function membership(world: ConfluenceWorld, random: Random): string {
  const group = pick(random, [...world.groups.values()]);
  const user = pick(
    random,
    [...world.users.keys()].filter((id) => id !== world.account),
  );
  if (!group.members.delete(user)) group.members.add(user);
  return `membership of ${user} in ${group.id}`;
}
