// The AWS SDK for JavaScript with a container's credentials: used, renewed, and refused.
//
// Reads {"bucket", "refused": {name: environment block}}; its own environment has the block of a good job.
import { ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { fromHttp } from "@aws-sdk/credential-providers";

const asked = JSON.parse(await new Response(process.stdin).text());
const said = { used: [], refused: {} };

// The default provider chain.
const s3 = new S3Client({});
s3.middlewareStack.add(
  (next) => (args) => {
    said.used.push(args.request.headers.authorization.match(/Credential=(\w+)/)[1]);
    return next(args);
  },
  { step: "finalizeRequest", priority: "low" },
);
const list = async () => (await s3.send(new ListBucketsCommand({}))).Buckets.map((bucket) => bucket.Name);
said.buckets = await list();
await list();
said.expires_in_seconds = ((await s3.config.credentials()).expiration - Date.now()) / 1000;
try {
  await s3.send(new PutObjectCommand({ Bucket: asked.bucket, Key: "web/index.html", Body: "x" }));
} catch (refusal) {
  said.write = refusal.name;
}

// The SDK renews what has less than five minutes left, beside its work: the calls until then have the old ones. To its
// eyes eleven of the fifteen minutes go by now.
const now = Date.now;
Date.now = () => now() + 11 * 60 * 1000;
for (let tries = 0; tries < 100 && said.used.at(-1) === said.used[0]; tries++) {
  await list();
  await new Promise((resolve) => setTimeout(resolve, 50));
}
Date.now = now;

// At once, since the SDK asks four times, a second apart, before it gives up.
await Promise.all(
  Object.entries(asked.refused).map(async ([name, block]) => {
    const provider = fromHttp({
      awsContainerCredentialsFullUri: block.AWS_CONTAINER_CREDENTIALS_FULL_URI,
      awsContainerAuthorizationToken: block.AWS_CONTAINER_AUTHORIZATION_TOKEN,
    });
    said.refused[name] = await provider().then(
      () => null,
      (refusal) => `${refusal.message}: ${refusal.Code}: ${refusal.Message}`,
    );
  }),
);
console.log(JSON.stringify(said));
