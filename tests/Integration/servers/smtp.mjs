// A server for outgoing mail on loopback: `node smtp.mjs port key certificate`. It keeps mails in memory and ends with its
// standard input. On the port it is asked over HTTP for its other ports and its mails, and told what shall go wrong.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { SMTPServer } from "smtp-server";

const [port, key, certificate] = process.argv.slice(2);
const login = { user: "records@example.org", password: "a password of the tests" };
const state = { trouble: {}, met: 0, connections: 0, mails: [] };

/** Goes on, or does at this place what was told: answers badly, drops the connection, or never answers. */
function pass(place, session, next) {
  const { at, answer, drop } = state.trouble;
  if (at !== place) {
    next();
    return;
  }
  state.met++;
  if (answer) {
    next(Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) }));
  } else if (drop) {
    connectionOf(session)._socket.destroy();
  }
}

function connectionOf(session) {
  return servers.flatMap(server => [...server.connections]).find(connection => connection.session === session);
}

const options = {
  key: readFileSync(key),
  cert: readFileSync(certificate),
  size: 64 * 1024 * 1024,
  disableReverseLookup: true,
  logger: false,

  // What it is told to answer is to be the whole answer.
  hideENHANCEDSTATUSCODES: true,
  hideSMTPUTF8: true,
  onConnect(session, callback) {
    state.connections++;
    pass("connect", session, callback);
  },
  onAuth({ username, password }, session, callback) {
    const isRight = username === login.user && password === login.password;
    pass("login", session, error => callback(error ?? (isRight ? null : Object.assign(new Error("5.7.8 Not accepted"), { responseCode: 535 })), { user: username }));
  },
  onMailFrom(address, session, callback) {
    pass("sender", session, callback);
  },
  onRcptTo(address, session, callback) {
    pass("recipient", session, callback);
  },
  onData(stream, session, callback) {
    const chunks = [];
    stream.on("data", chunk => {
      chunks.push(chunk);
      pass("middle", session, () => {});
    });
    stream.on("end", () => {
      const mail = {
        user: session.user ?? null,
        isSecure: session.secure,
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map(recipient => recipient.address),
        source: Buffer.concat(chunks).toString("base64"),
      };
      if (!state.trouble.answer) {
        state.mails.push(mail);
      }
      pass("end", session, callback);
    });
  },
};

const servers = [
  new SMTPServer(options),
  new SMTPServer({ ...options, secure: true, hideSMTPUTF8: false }),
  new SMTPServer({ ...options, hideSTARTTLS: true, authOptional: true, allowInsecureAuth: true }),
];
const ports = await Promise.all(servers.map(server => {
  // Clients that go away, or do not trust it, are what tests want.
  server.on("error", () => {});
  return new Promise(resolve => server.listen(0, "127.0.0.1", function () { resolve(this.address().port); }));
}));

const control = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  switch (`${request.method} ${request.url}`) {
    case "PUT /trouble":
      Object.assign(state, { trouble: JSON.parse(body), met: 0, connections: 0, mails: [] });
      break;
    case "POST /farewell":
      for (const connection of servers.flatMap(server => [...server.connections])) {
        connection.send(421, "4.4.2 Enough for now");
      }
      break;
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ startTls: ports[0], tls: ports[1], plain: ports[2], ...state, open: servers.reduce((sum, server) => sum + server.connections.size, 0) }));
});
control.listen(Number(port), "127.0.0.1", () => console.log(`SMTP listening on http://127.0.0.1:${control.address().port}`));
control.on("error", error => {
  console.log(error.message);
  process.exit(1);
});
process.stdin.resume().on("end", () => process.exit());
