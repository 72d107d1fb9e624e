import type { Promises } from '../sources.ts';

/** In Slack. */
export const SLACK: Promises = {
  slack: {
    'slack.ask':
      'A question in Slack is answered to its asker alone, with numbered sources, and asked on in its thread.',
    'slack.readers': 'Each asker in Slack gets what they themselves may read.',
    'slack.identity':
      'Guests, people of other workspaces, apps, deactivated accounts and people whom nobody linked get nothing in Slack.',
    'slack.link': 'A code that a person made where they are signed in links one account in Slack, once.',
    'slack.sign-in':
      'Whoever signs in with a browser at the company’s own sign-in gets a code for Slack, which is written down.',
    'slack.share':
      'An answer is shared with what everybody there may read, and taken back when somebody else comes in.',
    'slack.buttons': 'The buttons of an answer in Slack serve its asker, for a day.',
    'slack.feedback': 'What somebody says of an answer in Slack is kept, with their comment.',
    'slack.commands': 'The command in Slack searches, asks, summarizes a link, and explains itself.',
    'slack.unfurl': 'A link is previewed in Slack before one person alone, who may read its document.',
    'slack.home': 'The home of the app says who somebody is, what they asked and how fresh the sources are.',
    'slack.once':
      'A delivery of Slack that is repeated or replayed is answered once, by however many processes.',
    'slack.killed':
      'When a process is killed while it answers in Slack, another one answers or the asker is told, and never twice.',
    'slack.rendered': 'Messages of the bot keep to the limits of Slack, whatever the documents hold.',
    'slack.bad-input':
      'What people and Slack do wrong is answered with what to do, tried again, or ended: never left open.',
    'slack.workspaces':
      'Tokens of several workspaces in Slack rest encrypted and are changed before they end.',
    'slack.grid':
      'An installation for a whole organization serves the workspaces that it names, with one link for each person, and nobody of others.',
    'slack.failure': 'A question in Slack that fails is told so, without the reason that is for operators.',
    'slack.limits': 'When Slack refuses for haste, the bot waits as long as it says.',
    'slack.budget': 'A person may ask so many questions an hour in Slack.',
    'slack.fair': 'In Slack everybody who waits has their turn, however much one person asks.',
    'slack.signature': 'A delivery without a fresh signature of Slack is refused.',
    'slack.worlds':
      'In random worlds of people, channels, shares and joins nobody in Slack sees what they may not read.',
    'slack.installed':
      'The command answers in Slack by both ways, writes it down with its place, and its doctor asks Slack what is missing.',
  },
};
