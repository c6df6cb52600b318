//! Many at once.

use futures::future::join_all;

use crate::house::House;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_replicas_and_fifty_requests_make_one_call_to_microsoft() {
    let mut house = House::new().await;
    house.start(auth::Keys::default()).await;
    let connection = house.add_signed_in("Work").await;
    let feed = house.feed(connection).await;
    let asked = house.asked("refresh_token").await;
    let replies = join_all((0..50).map(|_| house.vended(connection, feed))).await;
    assert_eq!(house.asked("refresh_token").await, asked + 1);
    assert!(
        replies
            .iter()
            .all(|reply| reply.credentials == replies[0].credentials)
    );
    // And again when Azure DevOps refuses it to all of them at once.
    let refused = replies[0].token_id.clone();
    let replies = join_all((0..50).map(|_| house.token(connection, feed, Some(&refused)))).await;
    assert_eq!(house.asked("refresh_token").await, asked + 2);
    let first = replies[0].as_ref().unwrap().credentials.clone();
    for reply in replies {
        let reply = reply.unwrap();
        assert_eq!(
            (reply.error.as_str(), reply.credentials == first),
            ("", true)
        );
    }
}
