import { GetBootstrapBrokersCommand, KafkaClient } from "@aws-sdk/client-kafka";
import { InputError } from "#shared/market/input-error.ts";
import { type AwsConnection, clientSettings } from "./connection.ts";
import { asking } from "./faults.ts";

/**
 * Brokers of an MSK cluster, as `host:port`, at which users log in by SCRAM. Throws InputError where the cluster does not
 * exist, cannot be asked, or offers no such login.
 */
export async function brokersOf(connection: AwsConnection, clusterArn: string): Promise<readonly string[]> {
  const client = new KafkaClient(clientSettings(connection));
  try {
    const asked = { service: "MSK", what: `cluster ${clusterArn}` };
    const answer = await asking(asked, () => client.send(new GetBootstrapBrokersCommand({ ClusterArn: clusterArn })));
    const list = answer.BootstrapBrokerStringSaslScram ?? answer.BootstrapBrokerStringPublicSaslScram ?? "";
    const brokers = list.split(",").filter((broker) => broker !== "");
    if (brokers.length > 0) return brokers;
    const offered = Object.keys(answer).filter((name) => name.startsWith("BootstrapBrokerString"));
    throw new InputError(
      "usage",
      `MSK cluster ${clusterArn} offers no SCRAM login (it answers with ${offered.join(", ") || "no brokers"}): turn on ` +
        "SASL/SCRAM authentication of the cluster and associate the user's secret with it.",
    );
  } finally {
    client.destroy();
  }
}
