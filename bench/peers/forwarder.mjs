// The limit: node:http and undici, no GraphQL at all. Reads the variables, calls DigiCert, answers.
import { createServer } from 'node:http';
import { resend } from './resend.mjs';

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const { variables } = JSON.parse(Buffer.concat(chunks).toString());
  const resendDvEmails = await resend(variables.orderId, variables.input);
  const body = JSON.stringify({ data: { resendDvEmails } });
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () =>
  console.log(`listening at http://127.0.0.1:${server.address().port}/graphql`),
);
