import { alerts } from './alerts.js';
import { mapSearches } from './mapSearches.js';
import { Session, type Journey } from './session.js';

// One for each area of the API. Each is given a user of its own who is signed in.
const journeys: Journey[] = [mapSearches, alerts];

const address = process.argv[2];
if (address === undefined) {
  throw new Error('usage: main.js <address of the service>');
}

for (const [i, journey] of journeys.entries()) {
  const session = new Session(address);
  await session.register(`${journey.name}${i}`);
  await journey(session);
  await session.signOut();
}

console.log(`The typed client works: ${journeys.map((journey) => journey.name).join(', ')}.`);
